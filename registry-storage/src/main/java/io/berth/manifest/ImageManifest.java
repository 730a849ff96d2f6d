package io.berth.manifest;

import io.berth.name.Descriptor;
import io.berth.name.Digest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A Docker schema 2 or OCI image manifest: a config and layers. OCI artifacts are such manifests.
 */
public final class ImageManifest extends Manifest {

    private final @Nullable Descriptor config;
    private final List<Descriptor> layers;

    ImageManifest(
            Source source,
            @Nullable Digest subject,
            @Nullable String artifactType,
            Map<String, String> annotations,
            @Nullable Descriptor config,
            List<Descriptor> layers) {
        super(
                source,
                subject,
                artifactType,
                annotations,
                Footprint.of(layers) + Footprint.of(config == null ? List.of() : List.of(config)));
        this.config = config;
        this.layers = List.copyOf(layers);
    }

    /** Empty only in stored manifests that another registry accepted without a config. */
    public Optional<Descriptor> config() {
        return Optional.ofNullable(config);
    }

    /** In the order of the body; may be empty. */
    public List<Descriptor> layers() {
        return layers;
    }
}
