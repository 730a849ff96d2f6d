package io.berth.policy.content;

import io.berth.manifest.ImageIndex;
import io.berth.manifest.ImageManifest;
import io.berth.manifest.Manifest;
import io.berth.name.NamePatterns;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A kind of manifests, known by media types. Immutable.
 *
 * @param name as rules have it
 * @param types of the artifact or, which counts as well, of the config
 * @param layers of layers, one of which is enough: some signatures and attestations have the config
 *     of an image; {@code null}: layers do not matter
 */
public record ManifestClass(String name, NamePatterns types, @Nullable NamePatterns layers) {

    /** The name of the class of everything that no class matches. */
    public static final String OTHER = "other";

    /** What is known without being configured. The first that matches counts, images last. */
    static final List<ManifestClass> BUILT_IN =
            List.of(
                    of("plugin", "application/vnd.docker.plugin.v1+json"),
                    of("helm", "application/vnd.cncf.helm.config.v1+json"),
                    new ManifestClass(
                            "attestation",
                            NamePatterns.of(
                                    "application/vnd.in-toto*",
                                    "application/vnd.dsse.envelope*",
                                    "application/vnd.dev.cosign.artifact.att*"),
                            NamePatterns.of(
                                    "application/vnd.in-toto*", "application/vnd.dsse.envelope*")),
                    new ManifestClass(
                            "signature",
                            NamePatterns.of(
                                    "application/vnd.cncf.notary.signature",
                                    "application/vnd.dev.cosign.artifact.sig*",
                                    "application/vnd.dev.sigstore.bundle*"),
                            NamePatterns.of("application/vnd.dev.cosign.simplesigning*")),
                    new ManifestClass(
                            "sbom",
                            NamePatterns.of(
                                    "application/spdx*",
                                    "text/spdx*",
                                    "application/vnd.cyclonedx*",
                                    "application/vnd.syft*",
                                    "application/vnd.dev.cosign.artifact.sbom*"),
                            NamePatterns.of(
                                    "application/spdx*",
                                    "text/spdx*",
                                    "application/vnd.cyclonedx*",
                                    "application/vnd.syft*")),
                    of(
                            "image",
                            "application/vnd.oci.image.config.v1+json",
                            "application/vnd.docker.container.image.v1+json"));

    /**
     * @throws IllegalArgumentException when the name is blank or that of a built-in class
     */
    public static ManifestClass custom(
            String name, NamePatterns types, @Nullable NamePatterns layers) {
        boolean taken =
                name.equals(OTHER) || BUILT_IN.stream().anyMatch(known -> known.name.equals(name));
        if (name.isBlank() || taken) {
            throw new IllegalArgumentException(
                    "a class needs a name, which is not that of a built-in one: \"" + name + "\"");
        }
        return new ManifestClass(name, types, layers);
    }

    private static ManifestClass of(String name, String... types) {
        return new ManifestClass(name, NamePatterns.of(types), null);
    }

    boolean matches(Manifest manifest) {
        return typesOf(manifest).anyMatch(types::matches)
                || (layers != null && layersOf(manifest).anyMatch(layers::matches));
    }

    private static Stream<String> typesOf(Manifest manifest) {
        Stream<String> artifact = Stream.ofNullable(manifest.asReferrer().artifactType());
        return manifest instanceof ImageManifest image
                ? Stream.concat(
                        artifact, image.config().stream().map(config -> config.mediaType().value()))
                : artifact;
    }

    private static Stream<String> layersOf(Manifest manifest) {
        return manifest instanceof ImageManifest image
                ? image.layers().stream().map(layer -> layer.mediaType().value())
                : Stream.empty();
    }

    /** Whether a manifest is one without a class: an index that is no artifact of its own. */
    static boolean hasNone(Manifest manifest) {
        return manifest instanceof ImageIndex && manifest.asReferrer().artifactType() == null;
    }
}
