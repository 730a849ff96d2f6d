package io.berth.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.config.LoadedSettings;
import io.berth.config.LoadedSettings.FolderSource;
import io.berth.config.Settings;
import io.berth.config.StorageSettings;
import io.berth.config.tree.WrongSettingException;
import io.berth.object.disk.CaseInsensitive;
import io.berth.object.disk.DiskSettings;
import io.berth.object.disk.DiskStore;
import io.berth.object.s3.bucket.S3Options;
import io.berth.object.s3.setting.S3Settings;
import io.berth.storage.StoredRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which store settings open, and what is said about it. */
class StoresTest {

    private static final FolderSource FOLDER =
            new FolderSource("storage.filesystem.rootdirectory", true);

    @Test
    void theStoreGetsTheSettingsThemselves() {
        StorageSettings settings = storage(bucket(Map.of("spooldirectory", "/spool")));
        S3Settings s3 = requireNonNull(settings.s3());

        assertThat(Stores.options(settings, s3))
                .isEqualTo(new S3Options(s3, true, MemoryBudget.ofProcess().spoolBytes()));
    }

    @Test
    void redirectsAreSwitchedOff() {
        Map<String, String> values = bucket(Map.of());
        values.put("redirect.disable", "true");
        StorageSettings settings = storage(values);

        assertThat(Stores.options(settings, requireNonNull(settings.s3())).redirects()).isFalse();
    }

    @Test
    void thePlaceIsNamed() {
        assertThat(Stores.place(storage(Map.of("filesystem.rootdirectory", "/srv/data"))))
                .isEqualTo("/srv/data");
        assertThat(Stores.place(storage(bucket(Map.of())))).isEqualTo("s3://images in us-east-1");
        assertThat(
                        Stores.place(
                                storage(
                                        bucket(
                                                Map.of(
                                                        "rootdirectory", "/a/b",
                                                        "regionendpoint", "s3.example.com",
                                                        "accesskey", "key",
                                                        "secretkey", "password")))))
                .isEqualTo("s3://images/a/b at https://s3.example.com");
    }

    @Test
    void aFolderIsForOneProcess(@TempDir Path folder) throws Exception {
        StorageSettings settings =
                storage(
                        Map.of(
                                "filesystem.rootdirectory",
                                folder.toString(),
                                "filesystem.lockwait",
                                "100ms"));
        try (DiskStore first = (DiskStore) Stores.open(settings, FOLDER)) {
            assertThatThrownBy(() -> Stores.open(settings, FOLDER))
                    .isInstanceOf(WrongSettingException.class)
                    .hasMessageMatching(
                            "The folder of all data, which storage\\.filesystem\\.rootdirectory names,"
                                    + " does not work: the folder "
                                    + folder
                                    + " is in use by this process\\. .*storage.filesystem.lockwait\\.");
            first.verify();
        }
        ((DiskStore) Stores.open(settings, FOLDER)).close();
    }

    @Test
    void aFolderThatCannotBeUsedIsReportedUnderTheNameThatWasSet(@TempDir Path folder)
            throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        LoadedSettings loaded =
                LoadedSettings.from(
                        Settings.environment(Map.of("BERTH_DATA", file.toString()), Map.of()));

        assertThatThrownBy(() -> Stores.open(loaded.settings().storage(), loaded.folderSource()))
                .isInstanceOf(WrongSettingException.class)
                .hasMessageStartingWith(
                        "The folder of all data, which BERTH_DATA names, does not work: ")
                .hasMessageEndingWith(". Set BERTH_DATA to a folder that this user can write to.")
                .hasMessageContaining(file.toString());
    }

    @Test
    void aDefaultFolderThatCannotBeUsedIsNotBlamedOnAVariableThatIsNotSet(@TempDir Path folder)
            throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        LoadedSettings loaded =
                LoadedSettings.from(
                        Settings.environment(
                                Map.of("BERTH_DATA", "", "BERTH_DEFAULT_DATA", file.toString()),
                                Map.of()));

        assertThatThrownBy(() -> Stores.open(loaded.settings().storage(), loaded.folderSource()))
                .isInstanceOf(WrongSettingException.class)
                .hasMessageStartingWith(
                        "The folder of all data, the default because BERTH_DATA is not set, does"
                                + " not work: ")
                .hasMessageEndingWith(". Set BERTH_DATA to a folder that this user can write to.")
                .hasMessageContaining(file.toString());
    }

    @Test
    void aFileSystemThatIgnoresCaseIsRefusedUnlessThatIsAccepted(@TempDir Path folder) {
        DiskSettings refusing = filesystem(Map.of("filesystem.rootdirectory", "/srv/data"));
        DiskSettings accepting = filesystem(Map.of("filesystem.caseinsensitive", "true"));

        assertThatThrownBy(() -> Stores.disk(refusing, FOLDER, () -> CaseInsensitive.store(folder)))
                .isInstanceOf(WrongSettingException.class)
                .hasMessageContaining("/srv/data does not tell A from a")
                .hasMessageContaining("storage.filesystem.caseinsensitive=true");
        Stores.disk(accepting, FOLDER, () -> CaseInsensitive.store(folder)).close();
        Stores.disk(refusing, FOLDER, () -> new DiskStore(folder, StoredRegistry.TEMPORARY))
                .close();
    }

    private static DiskSettings filesystem(Map<String, String> values) {
        return requireNonNull(storage(values).filesystem());
    }

    private static Map<String, String> bucket(Map<String, String> values) {
        Map<String, String> all = new TreeMap<>();
        all.put("s3.region", "us-east-1");
        all.put("s3.bucket", "images");
        values.forEach((name, value) -> all.put("s3." + name, value));
        return all;
    }

    private static StorageSettings storage(Map<String, String> values) {
        Map<String, String> all = new TreeMap<>();
        values.forEach((name, value) -> all.put("storage." + name, value));
        return Settings.with(all).storage();
    }
}
