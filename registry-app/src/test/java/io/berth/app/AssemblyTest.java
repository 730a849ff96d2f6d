package io.berth.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.access.AccessPolicy;
import io.berth.access.Caller;
import io.berth.access.CallerScope;
import io.berth.config.RegistrySettings;
import io.berth.config.Settings;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.manifest.ManifestParser;
import io.berth.name.RepositoryName;
import io.berth.object.memory.MemoryStore;
import io.berth.policy.PushRightsRegistry;
import io.berth.policy.ReadOnlyModeRegistry;
import io.berth.policy.ReadOnlyRegistry;
import io.berth.readonly.ReadOnlySwitch;
import io.berth.readonly.WriteGate;
import io.berth.registry.PutOptions;
import io.berth.registry.Registry;
import io.berth.registry.tag.TagProtection;
import io.berth.storage.StoredDocuments;
import io.berth.storage.StoredRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Settings arrive at what they set. */
class AssemblyTest {

    private static final RepositoryName NAME = RepositoryName.of("library/app");
    private static final String DIGEST = "sha256:" + "0".repeat(64);

    @Test
    void onlyTheReadOnlyModeStandsBetweenUntilMoreIsAskedFor() {
        RegistrySettings settings = settings(Map.of());
        StoredRegistry stored = stored(settings);

        assertThat(Assembly.guarded(stored, settings, AccessPolicy.open(), gate()))
                .isInstanceOf(ReadOnlyModeRegistry.class);
    }

    @Test
    void readOnlyIsDecidedFirst() {
        assertThat(
                        registry(
                                Map.of(
                                        "storage.maintenance.readonly.enabled", "true",
                                        "storage.delete.enabled", "false",
                                        "policy.repository.classes", "image",
                                        "validation.manifests.urls.allow", "x")))
                .isInstanceOf(ReadOnlyRegistry.class)
                .returns(true, Registry::isReadOnly);
        assertThat(registry(Map.of("storage.delete.enabled", "false")).isReadOnly()).isFalse();
        assertThat(registry(Map.of("policy.file", "/etc/berth/policy.yml")))
                .extracting("next")
                .isInstanceOf(PushRightsRegistry.class);
    }

    @Test
    void referencesAreCheckedUntilTheyAreNot() {
        assertFails(ErrorCode.MANIFEST_BLOB_UNKNOWN, () -> put(Map.of(), "image"));
        assertThatCode(() -> put(Map.of("validation.manifests.references", "lenient"), "image"))
                .doesNotThrowAnyException();
    }

    @Test
    void classesAreAllowedByName() {
        Map<String, String> images =
                Map.of(
                        "validation.manifests.references", "lenient",
                        "policy.repository.classes", "image");

        assertThatCode(() -> put(images, "image")).doesNotThrowAnyException();
        assertFails(ErrorCode.DENIED, () -> put(images, "plugin"));
    }

    @Test
    void addressesOfLayersAreAllowedByExpression() {
        Map<String, String> elsewhere =
                Map.of(
                        "validation.manifests.references", "lenient",
                        "validation.manifests.urls.allow", "^https://elsewhere/");

        assertFails(ErrorCode.MANIFEST_INVALID, () -> put(elsewhere, "image"));
    }

    @Test
    void deletesAreAllowedUntilTheyAreNot() {
        assertFails(
                ErrorCode.MANIFEST_UNKNOWN,
                () ->
                        registry(Map.of())
                                .deleteManifest(
                                        NAME, image("image").digest(), TagProtection.none()));
        assertFails(
                ErrorCode.UNSUPPORTED,
                () ->
                        registry(Map.of("storage.delete.enabled", "false"))
                                .deleteManifest(
                                        NAME, image("image").digest(), TagProtection.none()));
    }

    @Test
    void whatARoundTripCostsAndWhetherThereAreReplicasAreTwoFacts() {
        Map<String, String> bucket =
                Map.of("storage.s3.region", "us-east-1", "storage.s3.bucket", "images");
        Map<String, String> alone = new HashMap<>(bucket);
        alone.put("storage.replicas", "one");

        assertThat(Assembly.options(settings(Map.of()), false))
                .satisfies(disk -> assertThat(disk.replicas()).isFalse())
                .satisfies(disk -> assertThat(disk.membershipTrust()).isZero());
        assertThat(Assembly.options(settings(bucket), true))
                .satisfies(several -> assertThat(several.replicas()).isTrue())
                .satisfies(
                        several ->
                                assertThat(several.membershipTrust())
                                        .isEqualTo(Duration.ofSeconds(10)));
        assertThat(Assembly.options(settings(alone), true))
                .satisfies(one -> assertThat(one.replicas()).isFalse())
                .satisfies(
                        one -> assertThat(one.membershipTrust()).isEqualTo(Duration.ofSeconds(10)));
    }

    @Test
    void theSecretMakesIdsOfUploads() {
        assertThat(
                        requireNonNull(
                                        Assembly.options(
                                                        settings(Map.of("http.secret", "ours")),
                                                        false)
                                                .sessionKey())
                                .value())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("ours");
    }

    private static void assertFails(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RegistryException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static void put(Map<String, String> values, String kind) {
        CallerScope.run(
                Caller.anonymous("192.0.2.7", "1"),
                () ->
                        registry(values)
                                .putManifest(NAME, image(kind), List.of(), PutOptions.defaults()));
    }

    private static Registry registry(Map<String, String> values) {
        RegistrySettings settings = settings(values);
        return Assembly.guarded(stored(settings), settings, AccessPolicy.open(), gate());
    }

    /** A gate that lets writes in. */
    private static WriteGate gate() {
        Clock clock = Clock.systemUTC();
        WriteGate gate = new WriteGate(clock);
        var _ = new ReadOnlySwitch(new StoredDocuments(new MemoryStore()), gate, clock).refresh();
        return gate;
    }

    private static StoredRegistry stored(RegistrySettings settings) {
        return Assembly.stored(new MemoryStore(), settings, Clock.systemUTC());
    }

    private static RegistrySettings settings(Map<String, String> values) {
        return Settings.with(values);
    }

    /** An image or a plugin with a layer that is kept elsewhere. */
    private static Manifest image(String kind) {
        String config =
                kind.equals("plugin")
                        ? "application/vnd.docker.plugin.v1+json"
                        : "application/vnd.docker.container.image.v1+json";
        String body =
                """
                {"schemaVersion":2,
                 "mediaType":"application/vnd.docker.distribution.manifest.v2+json",
                 "config":{"mediaType":"%s","size":2,"digest":"%s"},
                 "layers":[{"mediaType":
                            "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
                            "size":2,"digest":"%s","urls":["https://a.example/layer"]}]}
                """
                        .formatted(config, DIGEST, DIGEST);
        return ManifestParser.pushed(body.getBytes(StandardCharsets.UTF_8), null, null);
    }
}
