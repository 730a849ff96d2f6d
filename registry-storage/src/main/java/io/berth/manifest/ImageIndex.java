package io.berth.manifest;

import io.berth.name.Descriptor;
import io.berth.name.Digest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A Docker manifest list or an OCI image index. */
public final class ImageIndex extends Manifest {

    private final List<Descriptor> children;

    ImageIndex(
            Source source,
            @Nullable Digest subject,
            @Nullable String artifactType,
            Map<String, String> annotations,
            List<Descriptor> children) {
        super(source, subject, artifactType, annotations, Footprint.of(children));
        this.children = List.copyOf(children);
    }

    /**
     * In the order of the body; may be empty. May also name blobs, as the caches of BuildKit do.
     */
    public List<Descriptor> children() {
        return children;
    }
}
