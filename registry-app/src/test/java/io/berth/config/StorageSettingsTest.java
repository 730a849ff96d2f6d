package io.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.config.StorageSettings.Maintenance;
import io.berth.config.StorageSettings.Redirect;
import io.berth.config.StorageSettings.Replicas;
import io.berth.maintenance.UploadPurgeSettings;
import io.berth.object.disk.DiskSettings;
import io.berth.policy.DeleteSettings;
import io.berth.policy.ReadOnlySettings;
import io.berth.setting.ByteSize;
import io.berth.setting.GoDuration;
import io.berth.storage.TagLookupSettings;
import io.berth.storage.index.OwnershipMode;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StorageSettingsTest {

    @Test
    void hasDefaults() {
        assertThat(Settings.defaults().storage())
                .isEqualTo(
                        new StorageSettings(
                                new DiskSettings(
                                        Path.of("data").toAbsolutePath(),
                                        GoDuration.of("60s"),
                                        false,
                                        ByteSize.of("64MiB")),
                                null,
                                new Redirect(false),
                                OwnershipMode.AUTO,
                                Replicas.AUTO,
                                new DeleteSettings(true),
                                new TagLookupSettings(0),
                                new Maintenance(
                                        new ReadOnlySettings(false),
                                        new UploadPurgeSettings(
                                                true,
                                                GoDuration.of("168h"),
                                                GoDuration.of("24h"),
                                                false))));
    }

    @Test
    void takesEveryValue() {
        assertThat(
                        Settings.withAll(
                                        "storage",
                                        Map.ofEntries(
                                                Map.entry(
                                                        "storage.filesystem.rootdirectory",
                                                        "/srv/a/../registry"),
                                                Map.entry("storage.filesystem.lockwait", "5s"),
                                                Map.entry(
                                                        "storage.filesystem.caseinsensitive",
                                                        "true"),
                                                Map.entry("storage.filesystem.minfree", "10GiB"),
                                                Map.entry("storage.redirect.disable", "true"),
                                                Map.entry("storage.ownership", "shared"),
                                                Map.entry("storage.replicas", "one"),
                                                Map.entry("storage.delete.enabled", "false"),
                                                Map.entry("storage.tag.concurrencylimit", "8"),
                                                Map.entry(
                                                        "storage.maintenance.readonly.enabled",
                                                        "true"),
                                                Map.entry(
                                                        "storage.maintenance.uploadpurging.enabled",
                                                        "false"),
                                                Map.entry(
                                                        "storage.maintenance.uploadpurging.age",
                                                        "48h"),
                                                Map.entry(
                                                        "storage.maintenance.uploadpurging.interval",
                                                        "90m"),
                                                Map.entry(
                                                        "storage.maintenance.uploadpurging.dryrun",
                                                        "true")))
                                .storage())
                .isEqualTo(
                        new StorageSettings(
                                new DiskSettings(
                                        Path.of("/srv/registry"),
                                        GoDuration.of("5s"),
                                        true,
                                        ByteSize.of("10GiB")),
                                null,
                                new Redirect(true),
                                OwnershipMode.SHARED,
                                Replicas.ONE,
                                new DeleteSettings(false),
                                new TagLookupSettings(8),
                                new Maintenance(
                                        new ReadOnlySettings(true),
                                        new UploadPurgeSettings(
                                                false,
                                                GoDuration.of("48h"),
                                                GoDuration.of("90m"),
                                                true))));
    }

    @ParameterizedTest
    @CsvSource({
        "storage.tag.concurrencylimit, -1",
        "storage.tag.concurrencylimit, 1001",
        "storage.maintenance.uploadpurging.age, 59s",
        "storage.maintenance.uploadpurging.interval, 0"
    })
    void refuses(String name, String value) {
        assertThatThrownBy(() -> Settings.with(Map.of(name, value)))
                .hasStackTraceContaining(name + " is " + value + ", but must be ");
    }

    @Test
    void refusesTwoPlaces() {
        Map<String, String> both = new TreeMap<>(Settings.BUCKET);
        both.put("storage.filesystem.rootdirectory", "/srv/registry");

        assertThatThrownBy(() -> Settings.with(both))
                .hasStackTraceContaining("content is kept in one place: remove one of them");
    }
}
