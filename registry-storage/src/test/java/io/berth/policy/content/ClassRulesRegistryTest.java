package io.berth.policy.content;

import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.index;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.access.Caller;
import io.berth.access.CallerScope;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.RepositoryName;
import io.berth.object.memory.MemoryStore;
import io.berth.policy.RefusalCounter;
import io.berth.policy.RefusalCounter.Refusal;
import io.berth.policy.access.RepositoryGlob;
import io.berth.policy.access.TextGlob;
import io.berth.registry.PutOptions;
import io.berth.registry.ReferencePolicy;
import io.berth.registry.Registry;
import io.berth.registry.TestContent.ImageBuilder;
import io.berth.storage.StoredRegistry;
import io.berth.storage.StoredRegistryOptions;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ClassRulesRegistryTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final RepositoryName OTHER = RepositoryName.of("team/app");
    private static final ManifestClass WASM = own("wasm", "application/vnd.wasm.*");

    private final RefusalCounter counter = new RefusalCounter();
    private ClassRules rules = ClassRules.none();
    private final Registry registry =
            new ClassRulesRegistry(
                    new StoredRegistry(
                            new MemoryStore(), StoredRegistryOptions.defaults(), Clock.systemUTC()),
                    () -> rules,
                    counter);

    private static ManifestClass own(String name, String types) {
        return new ManifestClass(name, List.of(TextGlob.of(types)), List.of());
    }

    private static ImageBuilder artifact(String type) {
        return image("a").configType("application/vnd.oci.empty.v1+json").artifactType(type);
    }

    static Stream<Arguments> classes() {
        return Stream.of(
                Arguments.of("image", image("a")),
                Arguments.of("image", image("a").docker()),
                Arguments.of(
                        "plugin",
                        image("a").docker().configType("application/vnd.docker.plugin.v1+json")),
                Arguments.of(
                        "helm", image("a").configType("application/vnd.cncf.helm.config.v1+json")),
                Arguments.of(
                        "signature",
                        image("a").layerType("application/vnd.dev.cosign.simplesigning.v1+json")),
                Arguments.of(
                        "signature", artifact("application/vnd.dev.sigstore.bundle.v0.3+json")),
                Arguments.of("signature", artifact("application/vnd.cncf.notary.signature")),
                Arguments.of("attestation", image("a").layerType("application/vnd.in-toto+json")),
                Arguments.of("sbom", artifact("application/spdx+json")),
                Arguments.of("sbom", image("a").layerType("application/vnd.cyclonedx+json")),
                Arguments.of("wasm", image("a").configType("application/vnd.wasm.config.v0+json")),
                Arguments.of("other", artifact("application/vnd.example")),
                Arguments.of("other", image("a").configType("application/json")));
    }

    @ParameterizedTest
    @MethodSource("classes")
    void classesFollowFromMediaTypes(String expected, ImageBuilder manifest) {
        assertThat(new ClassRules(List.of(WASM), List.of()).classOf(manifest.build()))
                .contains(expected);
    }

    @Test
    void anIndexHasAClassOnlyIfItIsAnArtifact() {
        ClassRules none = ClassRules.none();

        assertThat(none.classOf(index(image("a").build()).build())).isEmpty();
        assertThat(
                        none.classOf(
                                index(image("a").build())
                                        .artifactType("application/spdx+json")
                                        .build()))
                .contains("sbom");
    }

    @Test
    void anOwnClassCountsBeforeABuiltInOne() {
        ManifestClass charts = own("chart", "application/vnd.cncf.*");

        assertThat(
                        new ClassRules(List.of(charts), List.of())
                                .classOf(
                                        image("a")
                                                .configType(
                                                        "application/vnd.cncf.helm.config.v1+json")
                                                .build()))
                .contains("chart");
    }

    private static ClassRule rule(List<String> allow, List<String> deny, boolean warn) {
        return new ClassRule("only", List.of(RepositoryGlob.of("library/**")), allow, deny, warn);
    }

    private void setRules(ClassRule... all) {
        rules = new ClassRules(List.of(WASM), List.of(all));
    }

    /** The message of the refusal; {@code null} when it was taken. */
    private @Nullable String push(RepositoryName repository, Manifest manifest) {
        try {
            CallerScope.run(
                    Caller.anonymous("192.0.2.1", "id"),
                    () ->
                            registry.putManifest(
                                    repository,
                                    manifest,
                                    List.of(),
                                    PutOptions.defaults().with(ReferencePolicy.LENIENT)));
            return null;
        } catch (RegistryException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.DENIED);
            return e.getMessage();
        }
    }

    @Test
    void aRuleAllowsOrDeniesClasses() {
        Manifest image = image("a").build();
        Manifest sbom = artifact("application/spdx+json").build();
        Manifest unknown = artifact("application/vnd.example").build();

        assertThat(push(REPOSITORY, unknown)).isNull();
        setRules(rule(List.of("image", "wasm"), List.of(), false));
        assertThat(push(REPOSITORY, image)).isNull();
        assertThat(push(REPOSITORY, sbom))
                .contains("library/app", "class sbom", "\"only\" of this registry");
        assertThat(push(REPOSITORY, unknown)).contains("class other");
        assertThat(push(OTHER, sbom)).isNull();
        assertThat(push(REPOSITORY, index(image).build())).isNull();

        setRules(rule(List.of(), List.of("sbom"), false));
        assertThat(push(REPOSITORY, unknown)).isNull();
        assertThat(push(REPOSITORY, sbom)).contains("class sbom");

        setRules(
                rule(List.of("image"), List.of(), false), rule(List.of(), List.of("image"), false));
        assertThat(push(REPOSITORY, image)).contains("class image");

        assertThat(counter.counts())
                .isEqualTo(
                        Map.of(
                                new Refusal("classes", "only", "image", true), 1L,
                                new Refusal("classes", "only", "other", true), 1L,
                                new Refusal("classes", "only", "sbom", true), 2L));
    }

    @Test
    void aRuleMayOnlyWarn() {
        setRules(rule(List.of("image"), List.of(), true));

        assertThat(push(REPOSITORY, artifact("application/spdx+json").build())).isNull();
        assertThat(counter.counts())
                .isEqualTo(Map.of(new Refusal("classes", "only", "sbom", false), 1L));
    }

    @Test
    void mistakesAreNamed() {
        assertThatThrownBy(() -> rule(List.of(), List.of(), false))
                .hasMessageContaining("refuses nothing");
        assertThatThrownBy(() -> setRules(rule(List.of("imgae"), List.of(), false)))
                .hasMessageContaining("\"imgae\"")
                .hasMessageContaining("attestation, helm, image, other, plugin");
        assertThatThrownBy(() -> new ClassRules(List.of(own("helm", "application/x")), List.of()))
                .hasMessageContaining("\"helm\", which exists already");
        assertThatThrownBy(() -> own("", "application/x")).hasMessageContaining("name is missing");
        assertThatThrownBy(() -> new ClassRules(List.of(WASM, WASM), List.of()))
                .hasMessageContaining("exists already");
    }
}
