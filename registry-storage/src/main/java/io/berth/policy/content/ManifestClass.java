package io.berth.policy.content;

import io.berth.manifest.ImageIndex;
import io.berth.manifest.ImageManifest;
import io.berth.manifest.Manifest;
import io.berth.policy.access.TextGlob;
import io.berth.setting.DefaultValue;
import io.berth.setting.SettingChecks;
import java.util.List;
import java.util.stream.Stream;

/**
 * A kind of manifests, known by media types. Immutable.
 *
 * @param name as rules have it
 * @param types of the artifact or, which counts as well, of the config
 * @param layers of layers, one of which is enough: some signatures and attestations have the config
 *     of an image
 */
public record ManifestClass(
        @DefaultValue("") String name, List<TextGlob> types, List<TextGlob> layers) {

    /** The name of the class of everything that no class matches. */
    public static final String OTHER = "other";

    /** What is known without being configured. The first that matches counts, images last. */
    static final List<ManifestClass> BUILT_IN =
            List.of(
                    of("plugin", "application/vnd.docker.plugin.v1+json"),
                    of("helm", "application/vnd.cncf.helm.config.v1+json"),
                    new ManifestClass(
                            "attestation",
                            globs(
                                    "application/vnd.in-toto*",
                                    "application/vnd.dsse.envelope*",
                                    "application/vnd.dev.cosign.artifact.att*"),
                            globs("application/vnd.in-toto*", "application/vnd.dsse.envelope*")),
                    new ManifestClass(
                            "signature",
                            globs(
                                    "application/vnd.cncf.notary.signature",
                                    "application/vnd.dev.cosign.artifact.sig*",
                                    "application/vnd.dev.sigstore.bundle*"),
                            globs("application/vnd.dev.cosign.simplesigning*")),
                    new ManifestClass(
                            "sbom",
                            globs(
                                    "application/spdx*",
                                    "text/spdx*",
                                    "application/vnd.cyclonedx*",
                                    "application/vnd.syft*",
                                    "application/vnd.dev.cosign.artifact.sbom*"),
                            globs(
                                    "application/spdx*",
                                    "text/spdx*",
                                    "application/vnd.cyclonedx*",
                                    "application/vnd.syft*")),
                    of(
                            "image",
                            "application/vnd.oci.image.config.v1+json",
                            "application/vnd.docker.container.image.v1+json"));

    /**
     * @throws IllegalArgumentException when there is no name, or nothing can be of the class
     */
    public ManifestClass {
        types = List.copyOf(types);
        layers = List.copyOf(layers);
        SettingChecks.refuseIf(name.isBlank(), "name is missing: rules name the class by it");
        SettingChecks.refuseIf(
                types.isEmpty() && layers.isEmpty(),
                "the class has no media types: set types, layers, or both");
    }

    private static ManifestClass of(String name, String... types) {
        return new ManifestClass(name, globs(types), List.of());
    }

    private static List<TextGlob> globs(String... patterns) {
        return Stream.of(patterns).map(TextGlob::of).toList();
    }

    boolean matches(Manifest manifest) {
        return typesOf(manifest).anyMatch(type -> isAmong(types, type))
                || layersOf(manifest).anyMatch(type -> isAmong(layers, type));
    }

    private static boolean isAmong(List<TextGlob> globs, String type) {
        return globs.stream().anyMatch(glob -> glob.matches(type));
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
