package io.berth.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.config.LoadedSettings;
import io.berth.config.LoadedSettings.FolderSource;
import io.berth.config.S3Settings;
import io.berth.config.Settings;
import io.berth.config.StorageSettings;
import io.berth.config.StorageSettings.Filesystem;
import io.berth.config.tree.WrongSettingException;
import io.berth.object.disk.CaseInsensitive;
import io.berth.object.disk.DiskStore;
import io.berth.object.s3.bucket.S3Options;
import io.berth.object.s3.bucket.S3Options.Checksums;
import io.berth.object.s3.bucket.S3Options.Credentials;
import io.berth.object.s3.bucket.S3Options.Endpoint;
import io.berth.object.s3.bucket.S3Options.Multipart;
import io.berth.object.s3.bucket.S3Options.Redirects;
import io.berth.object.s3.bucket.S3Options.SpoolOptions;
import io.berth.object.s3.bucket.S3Options.WriteOptions;
import io.berth.storage.StoredRegistry;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings of a bucket arrive at the store. */
class StoresTest {

    private static final FolderSource FOLDER =
            new FolderSource("storage.filesystem.rootdirectory", true);

    @Test
    void everySettingArrives() {
        Map<String, String> all =
                Map.ofEntries(
                        Map.entry("regionendpoint", "s3.example.com"),
                        Map.entry("redirectendpoint", "https://images.example.com"),
                        Map.entry("rootdirectory", "registry"),
                        Map.entry("accesskey", "key"),
                        Map.entry("secretkey", "password"),
                        Map.entry("sessiontoken", "token"),
                        Map.entry("encrypt", "true"),
                        Map.entry("keyid", "of kms"),
                        Map.entry("storageclass", "GLACIER_IR"),
                        Map.entry("objectacl", "public-read"),
                        Map.entry("chunksize", "6MiB"),
                        Map.entry("multipartcopychunksize", "7MiB"),
                        Map.entry("multipartcopymaxconcurrency", "8"),
                        Map.entry("multipartcopythresholdsize", "9MiB"),
                        Map.entry("secure", "false"),
                        Map.entry("skipverify", "true"),
                        Map.entry("useragent", "ours"),
                        Map.entry("checksum", "always"),
                        Map.entry("maxconnections", "10"),
                        Map.entry("spooldirectory", "/spool"));

        assertThat(Stores.options(s3(all), true))
                .isEqualTo(
                        new S3Options(
                                "images",
                                "registry",
                                new Endpoint(
                                        "us-east-1",
                                        URI.create("http://s3.example.com"),
                                        true,
                                        false,
                                        false,
                                        false,
                                        true,
                                        "ours",
                                        10),
                                new Credentials("key", "password", "token"),
                                new Multipart(6 << 20, 7 << 20, 8, 9 << 20),
                                new WriteOptions(
                                        true,
                                        "of kms",
                                        "GLACIER_IR",
                                        "public-read",
                                        Checksums.ALWAYS),
                                new Redirects(true, URI.create("https://images.example.com")),
                                new SpoolOptions(
                                        Path.of("/spool"), MemoryBudget.ofProcess().spoolBytes())));
    }

    @Test
    void amazonsEndpointsAreChosen() {
        assertThat(endpoint("accelerate").accelerate()).isTrue();
        assertThat(endpoint("usedualstack").useDualStack()).isTrue();
        assertThat(endpoint("usefipsendpoint").useFips()).isTrue();
    }

    private static Endpoint endpoint(String chosen) {
        return Stores.options(s3(Map.of(chosen, "true")), true).endpoint();
    }

    @Test
    void defaultsAreThoseOfOtherRegistries() {
        Path spool = Path.of(System.getProperty("java.io.tmpdir"));

        assertThat(Stores.options(s3(Map.of()), true))
                .isEqualTo(
                        new S3Options(
                                "images",
                                "",
                                new Endpoint(
                                        "us-east-1",
                                        null,
                                        false,
                                        false,
                                        false,
                                        false,
                                        false,
                                        "berth",
                                        256),
                                null,
                                new Multipart(10L << 20, 32L << 20, 100, 32L << 20),
                                new WriteOptions(
                                        false, null, "STANDARD", "private", Checksums.AUTO),
                                new Redirects(true, null),
                                new SpoolOptions(spool, MemoryBudget.ofProcess().spoolBytes())));
    }

    @Test
    void redirectsAreSwitchedOff() {
        assertThat(Stores.options(s3(Map.of()), false).redirects().enabled()).isFalse();
    }

    @Test
    void whatIsNoneIsNotSent() {
        S3Options options =
                Stores.options(s3(Map.of("objectacl", "none", "storageclass", "none")), true);

        assertThat(options.writes().objectAcl()).isEmpty();
        assertThat(options.writes().storageClass()).isEqualTo("NONE");
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
        Filesystem refusing = filesystem(Map.of("filesystem.rootdirectory", "/srv/data"));
        Filesystem accepting = filesystem(Map.of("filesystem.caseinsensitive", "true"));

        assertThatThrownBy(() -> Stores.disk(refusing, FOLDER, () -> CaseInsensitive.store(folder)))
                .isInstanceOf(WrongSettingException.class)
                .hasMessageContaining("/srv/data does not tell A from a")
                .hasMessageContaining("storage.filesystem.caseinsensitive=true");
        Stores.disk(accepting, FOLDER, () -> CaseInsensitive.store(folder)).close();
        Stores.disk(refusing, FOLDER, () -> new DiskStore(folder, StoredRegistry.TEMPORARY))
                .close();
    }

    private static Filesystem filesystem(Map<String, String> values) {
        return requireNonNull(storage(values).filesystem());
    }

    private static S3Settings s3(Map<String, String> values) {
        return requireNonNull(storage(bucket(values)).s3());
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
