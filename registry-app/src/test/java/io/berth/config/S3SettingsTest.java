package io.berth.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.object.s3.setting.CredentialSettings;
import io.berth.object.s3.setting.EndpointSettings;
import io.berth.object.s3.setting.LocationSettings;
import io.berth.object.s3.setting.MultipartSettings;
import io.berth.object.s3.setting.S3Settings;
import io.berth.object.s3.setting.S3Settings.LogLevel;
import io.berth.object.s3.setting.WriteSettings;
import io.berth.object.s3.setting.WriteSettings.Checksums;
import io.berth.object.s3.setting.WriteSettings.ObjectAcl;
import io.berth.object.s3.setting.WriteSettings.StorageClass;
import io.berth.setting.ByteSize;
import io.berth.setting.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class S3SettingsTest {

    private static final Map<String, String> ALL =
            Map.ofEntries(
                    Map.entry("region", "eu-west-1"),
                    Map.entry("bucket", "my.images"),
                    Map.entry("regionendpoint", "s3.example.com:9000"),
                    Map.entry("redirectendpoint", "https://images.example.com"),
                    Map.entry("forcepathstyle", "false"),
                    Map.entry("rootdirectory", "/registry/one/"),
                    Map.entry("accesskey", "key-of-ours"),
                    Map.entry("secretkey", "password-of-ours"),
                    Map.entry("sessiontoken", "token-of-ours"),
                    Map.entry("encrypt", "true"),
                    Map.entry("keyid", "arn:aws:kms:eu-west-1:1:key/2"),
                    Map.entry("storageclass", "NONE"),
                    Map.entry("objectacl", "bucket-owner-full-control"),
                    Map.entry("chunksize", "5242880"),
                    Map.entry("multipartcopychunksize", "64MiB"),
                    Map.entry("multipartcopymaxconcurrency", "10"),
                    Map.entry("multipartcopythresholdsize", "1GiB"),
                    Map.entry("secure", "false"),
                    Map.entry("skipverify", "true"),
                    Map.entry("v4auth", "true"),
                    Map.entry("accelerate", "true"),
                    Map.entry("usedualstack", "true"),
                    Map.entry("usefipsendpoint", "true"),
                    Map.entry("useragent", "registry of ours"),
                    Map.entry("loglevel", "debugwithhttpbody"),
                    Map.entry("checksum", "never"),
                    Map.entry("maxconnections", "20"),
                    Map.entry("spooldirectory", "/var/spool/../spool/registry"),
                    Map.entry("spoolminfree", "1GiB"));

    @Test
    void isNotThereUntilItIsAskedFor() {
        assertThat(Settings.defaults().storage().s3()).isNull();
        assertThat(s3(Settings.BUCKET)).isNotNull();
        assertThat(Settings.with(Settings.BUCKET).storage().filesystem()).isNull();
    }

    @Test
    void hasDefaults() {
        assertThat(s3(Settings.BUCKET))
                .isEqualTo(
                        new S3Settings(
                                new LocationSettings("us-east-1", "images", ""),
                                new CredentialSettings(null, null, null, true),
                                new EndpointSettings(
                                        null, null, null, true, false, false, false, false, null,
                                        256),
                                new WriteSettings(
                                        false,
                                        null,
                                        StorageClass.STANDARD,
                                        ObjectAcl.PRIVATE,
                                        Checksums.AUTO),
                                new MultipartSettings(
                                        new ByteSize(10 * 1024 * 1024),
                                        new ByteSize(32 * 1024 * 1024),
                                        100,
                                        new ByteSize(32 * 1024 * 1024)),
                                LogLevel.OFF,
                                null,
                                new ByteSize(0)));
    }

    /** One after the other, for some do not go together. */
    @Test
    void takesEveryValue() {
        Map<String, String> together = new TreeMap<>();
        ALL.forEach((name, value) -> together.put("storage.s3." + name, value));
        Settings.withEach("storage.s3", together);
        together.keySet().removeIf(name -> name.matches(".*[.](accelerate|use.*stack|use.*point)"));

        assertThat(s3(together))
                .isEqualTo(
                        new S3Settings(
                                new LocationSettings("eu-west-1", "my.images", "registry/one"),
                                new CredentialSettings(
                                        new Secret("key-of-ours"),
                                        new Secret("password-of-ours"),
                                        new Secret("token-of-ours"),
                                        true),
                                new EndpointSettings(
                                        "s3.example.com:9000",
                                        "https://images.example.com",
                                        false,
                                        false,
                                        true,
                                        false,
                                        false,
                                        false,
                                        "registry of ours",
                                        20),
                                new WriteSettings(
                                        true,
                                        "arn:aws:kms:eu-west-1:1:key/2",
                                        StorageClass.NONE,
                                        ObjectAcl.BUCKET_OWNER_FULL_CONTROL,
                                        Checksums.NEVER),
                                new MultipartSettings(
                                        ByteSize.of("5MiB"),
                                        ByteSize.of("64MiB"),
                                        10,
                                        ByteSize.of("1GiB")),
                                LogLevel.DEBUG_WITH_HTTP_BODY,
                                Path.of("/var/spool/registry"),
                                ByteSize.of("1GiB")));
        assertThat(s3(Map.of("usedualstack", "true")).endpoint().useDualStack()).isTrue();
        assertThat(s3(Map.of("usefipsendpoint", "true")).endpoint().useFipsEndpoint()).isTrue();
        assertThat(s3(Map.of("accelerate", "true")).endpoint().accelerate()).isTrue();
    }

    @Test
    void spoolsWithTemporaryFiles() {
        assertThat(s3(Map.of()).spoolFolder())
                .isEqualTo(Path.of(System.getProperty("java.io.tmpdir")));
        assertThat(s3(Map.of("spooldirectory", "/spool")).spoolFolder())
                .isEqualTo(Path.of("/spool"));
    }

    @Test
    void showsNoSecret() {
        S3Settings settings =
                s3(
                        Map.of(
                                "accesskey", "key-of-ours",
                                "secretkey", "password-of-ours",
                                "sessiontoken", "token-of-ours"));

        assertThat(requireNonNull(settings.credentials().secretKey()).value())
                .isEqualTo("password-of-ours");
        assertThat(settings.toString()).contains("(not shown)").doesNotContain("of-ours");
    }

    @Test
    void takesWhatIsEmptyForNotSet() {
        S3Settings settings =
                s3(
                        Map.of(
                                "accesskey", "",
                                "secretkey", "",
                                "regionendpoint", "",
                                "keyid", "",
                                "spooldirectory", "",
                                "forcepathstyle", ""));

        assertThat(settings).isEqualTo(s3(Map.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "s3.example.com, true, https://s3.example.com",
        "s3.example.com:9000/, false, http://s3.example.com:9000",
        "http://s3.example.com, true, http://s3.example.com",
        "https://s3.example.com/, false, https://s3.example.com",
        "https://example.com/storage/s3, true, https://example.com/storage/s3",
        "[::1]:9000, false, http://[::1]:9000"
    })
    void knowsWhereTheStoreIs(String endpoint, String secure, URI url) {
        S3Settings settings =
                s3(
                        Map.of(
                                "regionendpoint", endpoint,
                                "redirectendpoint", endpoint,
                                "secure", secure));

        assertThat(settings.endpoint().url()).isEqualTo(url);
        assertThat(settings.endpoint().urlOfClients()).isEqualTo(url);
    }

    @Test
    void namesTheBucketInThePathWhereTheStoreIsNotAmazons() {
        assertThat(s3(Map.of()).endpoint().pathStyle()).isFalse();
        assertThat(s3(Map.of("regionendpoint", "s3.example.com")).endpoint().pathStyle()).isTrue();
        assertThat(s3(Map.of("forcepathstyle", "true")).endpoint().pathStyle()).isTrue();
        assertThat(
                        s3(Map.of("regionendpoint", "s3.example.com", "forcepathstyle", "false"))
                                .endpoint()
                                .pathStyle())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "region, us east",
        "bucket, images/registry",
        "bucket, https://images.example.com",
        "regionendpoint, ftp://s3.example.com",
        "regionendpoint, https://s3.example.com?a",
        "regionendpoint, https://",
        "redirectendpoint, a b",
        "rootdirectory, a//b",
        "rootdirectory, a/../b",
        "rootdirectory, .",
        "rootdirectory, a?b",
        "chunksize, 5242879",
        "chunksize, 5368709121",
        "multipartcopychunksize, 1",
        "multipartcopymaxconcurrency, 0",
        "multipartcopymaxconcurrency, 1001",
        "multipartcopythresholdsize, 5368709121",
        "maxconnections, 0",
        "v4auth, false",
        "useragent, ü"
    })
    void refuses(String name, String value) {
        assertThatThrownBy(() -> s3(Map.of(name, value)))
                .hasStackTraceContaining("storage.s3." + name + " is " + value + ", but must be ");
    }

    @Test
    void refusesHalfAPlace() {
        assertThatThrownBy(() -> Settings.with(Map.of("storage.s3.region", "us-east-1")))
                .hasStackTraceContaining("storage.s3.bucket is not set");
        assertThatThrownBy(() -> Settings.with(Map.of("storage.s3.bucket", "images")))
                .hasStackTraceContaining("storage.s3.region is not set");
    }

    @Test
    void refusesHalfOfWhatLetsItIn() {
        assertThatThrownBy(() -> s3(Map.of("accesskey", "key-of-ours")))
                .hasStackTraceContaining("storage.s3.secretkey is not");
        assertThatThrownBy(() -> s3(Map.of("secretkey", "password-of-ours")))
                .hasStackTraceContaining("storage.s3.accesskey is not");
        assertThatThrownBy(() -> s3(Map.of("sessiontoken", "token-of-ours")))
                .hasStackTraceContaining("which it belongs to, are not");
    }

    @Test
    void refusesAUserInAnAddressWithoutShowingIt() {
        assertThatThrownBy(() -> s3(Map.of("regionendpoint", "https://me:password@s3")))
                .hasStackTraceContaining("storage.s3.regionendpoint names a user")
                .satisfies(e -> assertThat(e).hasStackTraceContaining("storage.s3.secretkey"))
                .rootCause()
                .hasMessageNotContaining("password@");
    }

    @Test
    void refusesAKeyForNothing() {
        assertThatThrownBy(() -> s3(Map.of("keyid", "1")))
                .hasStackTraceContaining("storage.s3.encrypt is not true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"accelerate", "usedualstack", "usefipsendpoint"})
    void refusesAmazonsEndpointsElsewhere(String name) {
        assertThatThrownBy(() -> s3(Map.of(name, "true", "regionendpoint", "s3.example.com")))
                .hasStackTraceContaining(name + " chooses among Amazon's endpoints");
    }

    @Test
    void refusesEndpointsThatDoNotExist() {
        assertThatThrownBy(() -> s3(Map.of("accelerate", "true", "usefipsendpoint", "true")))
                .hasStackTraceContaining("no endpoint of Amazon's is both");
        assertThatThrownBy(() -> s3(Map.of("accelerate", "true", "forcepathstyle", "true")))
                .hasStackTraceContaining("storage.s3.forcepathstyle");
    }

    /**
     * @param values by the last part of their names, or whole
     */
    private static S3Settings s3(Map<String, String> values) {
        Map<String, String> all = new TreeMap<>(Settings.BUCKET);
        values.forEach(
                (name, value) ->
                        all.put(name.startsWith("storage.") ? name : "storage.s3." + name, value));
        return requireNonNull(Settings.with(all).storage().s3());
    }
}
