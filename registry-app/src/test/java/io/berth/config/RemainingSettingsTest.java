package io.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.health.HealthSettings;
import io.berth.http.AcceptMode;
import io.berth.http.CatalogSettings;
import io.berth.http.ManifestSettings;
import io.berth.http.TagsSettings;
import io.berth.logging.LogSettings;
import io.berth.logging.audit.AuditSettings;
import io.berth.name.Platform;
import io.berth.policy.PolicySettings;
import io.berth.policy.PolicySettings.ContentClass;
import io.berth.policy.ValidationSettings;
import io.berth.policy.ValidationSettings.Manifests;
import io.berth.policy.ValidationSettings.Urls;
import io.berth.registry.ReferencePolicy;
import io.berth.setting.ByteSize;
import io.berth.setting.GoDuration;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The records that have only a few values. */
class RemainingSettingsTest {

    @Test
    void auditHasDefaults() {
        assertThat(Settings.defaults().audit())
                .isEqualTo(new AuditSettings(false, null, ByteSize.of("100MiB"), 10));
    }

    @Test
    void auditTakesEveryValue() {
        Map<String, String> values =
                Map.of(
                        "audit.enabled", "true",
                        "audit.file", "/a",
                        "audit.maxsize", "1MiB",
                        "audit.maxfiles", "3");
        assertThat(Settings.withAll("audit", values).audit())
                .isEqualTo(new AuditSettings(true, Path.of("/a"), ByteSize.of("1MiB"), 3));
    }

    @Test
    void manifestsHaveDefaults() {
        assertThat(Settings.defaults().manifests())
                .isEqualTo(
                        new ManifestSettings(
                                AcceptMode.NEGOTIATED, new Platform("linux", "amd64", null)));
    }

    @Test
    void manifestsTakeEveryValue() {
        assertThat(
                        Settings.withAll(
                                        "manifests",
                                        Map.of(
                                                "manifests.accept",
                                                "strict",
                                                "manifests.defaultplatform",
                                                "linux/arm/v7"))
                                .manifests())
                .isEqualTo(
                        new ManifestSettings(
                                AcceptMode.STRICT, new Platform("linux", "arm", "v7")));
    }

    @Test
    void validationHasDefaults() {
        assertThat(Settings.defaults().validation())
                .isEqualTo(
                        new ValidationSettings(
                                new Manifests(
                                        ReferencePolicy.STRICT, new Urls(List.of(), List.of()))));
    }

    @Test
    void validationTakesEveryValue() {
        assertThat(
                        Settings.withAll(
                                        "validation",
                                        Map.of(
                                                "validation.manifests.references",
                                                "lenient",
                                                "validation.manifests.urls.allow",
                                                "[^https://a/, ^https://b/]",
                                                "validation.manifests.urls.deny",
                                                "[.]exe$"))
                                .validation())
                .isEqualTo(
                        new ValidationSettings(
                                new Manifests(
                                        ReferencePolicy.LENIENT,
                                        new Urls(
                                                List.of("^https://a/", "^https://b/"),
                                                List.of("[.]exe$")))));
    }

    @Test
    void policyHasDefaults() {
        assertThat(Settings.defaults().policy())
                .isEqualTo(new PolicySettings(new PolicySettings.Repository(List.of()), null));
    }

    @Test
    void policyTakesEveryValue() {
        assertThat(
                        Settings.withAll(
                                        "policy",
                                        Map.of(
                                                "policy.repository.classes",
                                                "plugin, image",
                                                "policy.file",
                                                "/etc/berth/policy.yml"))
                                .policy())
                .isEqualTo(
                        new PolicySettings(
                                new PolicySettings.Repository(
                                        List.of(ContentClass.PLUGIN, ContentClass.IMAGE)),
                                Path.of("/etc/berth/policy.yml")));
    }

    @Test
    void healthHasDefaults() {
        assertThat(Settings.defaults().health())
                .isEqualTo(
                        new HealthSettings(
                                new HealthSettings.StorageDriver(true, GoDuration.of("10s"), 3)));
    }

    @Test
    void healthTakesEveryValue() {
        assertThat(
                        Settings.withAll(
                                        "health",
                                        Map.of(
                                                "health.storagedriver.enabled",
                                                "false",
                                                "health.storagedriver.interval",
                                                "1m",
                                                "health.storagedriver.threshold",
                                                "5"))
                                .health())
                .isEqualTo(
                        new HealthSettings(
                                new HealthSettings.StorageDriver(false, GoDuration.of("1m"), 5)));
    }

    @Test
    void catalogHasDefaults() {
        assertThat(Settings.defaults().catalog()).isEqualTo(new CatalogSettings(1000));
    }

    @Test
    void catalogTakesEveryValue() {
        assertThat(Settings.withAll("catalog", Map.of("catalog.maxentries", "5")).catalog())
                .isEqualTo(new CatalogSettings(5));
    }

    @Test
    void tagsHaveDefaults() {
        assertThat(Settings.defaults().tags()).isEqualTo(new TagsSettings(1000));
    }

    @Test
    void tagsTakeEveryValue() {
        assertThat(Settings.withAll("tags", Map.of("tags.maxtags", "7")).tags())
                .isEqualTo(new TagsSettings(7));
    }

    @Test
    void logHasDefaults() {
        assertThat(Settings.defaults().log()).isEqualTo(new LogSettings(LogSettings.Level.INFO));
    }

    @Test
    void logTakesEveryValue() {
        assertThat(Settings.withAll("log", Map.of("log.level", "debug")).log())
                .isEqualTo(new LogSettings(LogSettings.Level.DEBUG));
    }

    @ParameterizedTest
    @CsvSource({
        "catalog.maxentries, 0",
        "catalog.maxentries, 100001",
        "tags.maxtags, 0",
        "health.storagedriver.interval, 0",
        "health.storagedriver.threshold, 0",
        "tags.maxtags, 1000001",
        "validation.manifests.urls.allow, (",
        "validation.manifests.urls.deny, a["
    })
    void refuses(String name, String value) {
        assertThatThrownBy(() -> Settings.with(Map.of(name, value)))
                .hasStackTraceContaining(name + " is " + value + ", but must be ");
    }
}
