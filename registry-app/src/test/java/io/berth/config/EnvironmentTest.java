package io.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.berth.config.tree.WrongSettingException;
import io.berth.object.disk.DiskSettings;
import io.berth.object.s3.setting.S3Settings;
import io.berth.policy.PolicySettings.ContentClass;
import io.berth.policy.ReadOnlySettings;
import io.berth.server.ListenAddress;
import io.berth.setting.ByteSize;
import io.berth.setting.GoDuration;
import io.berth.setting.Secret;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.core.env.ConfigurableEnvironment;

/** Settings as administrators make them: variables of the environment. */
class EnvironmentTest {

    @Test
    void variablesAreNamedAsInDistribution() {
        RegistrySettings settings =
                load(
                        Map.of(
                                "REGISTRY_STORAGE_DELETE_ENABLED", "false",
                                "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", "/srv",
                                "REGISTRY_STORAGE_TAG_CONCURRENCYLIMIT", "4",
                                "REGISTRY_HTTP_ADDR", ":80",
                                "REGISTRY_HTTP_RELATIVEURLS", "false",
                                "REGISTRY_HTTP_DRAINTIMEOUT", "1m30s",
                                "REGISTRY_POLICY_REPOSITORY_CLASSES", "image,plugin"));

        assertThat(settings.storage().delete().enabled()).isFalse();
        assertThat(settings.storage().filesystem())
                .extracting(DiskSettings::rootDirectory)
                .isEqualTo(Path.of("/srv"));
        assertThat(settings.storage().tag().concurrencyLimit()).isEqualTo(4);
        assertThat(settings.http().server().addr()).isEqualTo(new ListenAddress(null, 80));
        assertThat(settings.http().urls().relativeUrls()).isFalse();
        assertThat(settings.http().server().drainTimeout()).isEqualTo(GoDuration.of("90s"));
        assertThat(settings.policy().repository().classes())
                .containsExactly(ContentClass.IMAGE, ContentClass.PLUGIN);
    }

    @Test
    void aVariableCanHoldAYamlMap() {
        RegistrySettings settings =
                load(
                        Map.of(
                                "REGISTRY_STORAGE_MAINTENANCE_READONLY",
                                "{enabled: true}",
                                "REGISTRY_STORAGE_MAINTENANCE_UPLOADPURGING",
                                "age: 72h\ndryrun: true\n",
                                "REGISTRY_HTTP_HEADERS",
                                "{X-Content-Type-Options: [nosniff], X-Two: ['a, b', c], X-On: on}"));

        assertThat(settings.storage().maintenance().readonly())
                .isEqualTo(new ReadOnlySettings(true));
        assertThat(settings.storage().maintenance().uploadPurging().age())
                .isEqualTo(GoDuration.of("72h"));
        assertThat(settings.storage().maintenance().uploadPurging().dryRun()).isTrue();
        assertThat(settings.http().server().headers())
                .isEqualTo(
                        Map.of(
                                "X-Content-Type-Options",
                                List.of("nosniff"),
                                "X-On",
                                List.of("on"),
                                "X-Two",
                                List.of("a, b", "c")));
    }

    @Test
    void headersAreNamedByTheRestOfAVariable() {
        RegistrySettings settings =
                load(
                        Map.of(
                                "REGISTRY_HTTP_HEADERS_Access-Control-Allow-Origin",
                                "[http://ui.example]",
                                "REGISTRY_HTTP_HEADERS_X_LOW_LINE",
                                "a, b",
                                "REGISTRY_HTTP_HEADERS_X.Dot",
                                "['max-age=1; c']",
                                "REGISTRY_HTTP_HEADERS_X-Many_0",
                                "one",
                                "REGISTRY_HTTP_HEADERS_X-Many_1",
                                "[two]"));

        assertThat(settings.http().server().headers())
                .isEqualTo(
                        Map.of(
                                "Access-Control-Allow-Origin",
                                List.of("http://ui.example"),
                                "X_LOW_LINE",
                                List.of("a, b"),
                                "X.Dot",
                                List.of("max-age=1; c"),
                                "X-Many",
                                List.of("one", "[two]")));
    }

    @Test
    void propertiesNameHeadersAsTheyAre() {
        LoadedSettings loaded =
                LoadedSettings.from(
                        Settings.environment(
                                Map.of("REGISTRY_HTTP_HEADERS", "{x-both: [variable], X-Two: [2]}"),
                                Map.of(
                                        "registry.http.headers.X-Both", "property",
                                        "registry.http.headers[X_Dot.Both][0]", "one",
                                        "registry.http.headers[X_Dot.Both][1]", "two",
                                        "registry.http.relative-urls", "false",
                                        "registry.policy.repository.classes[0]", "image")));

        assertThat(loaded.settings().http().urls().relativeUrls()).isFalse();
        assertThat(loaded.settings().policy().repository().classes())
                .containsExactly(ContentClass.IMAGE);
        assertThat(loaded.settings().http().server().headers().get("x-both"))
                .containsExactly("property");
        assertThat(loaded.settings().http().server().headers().get("X-Two")).containsExactly("2");
        assertThat(loaded.settings().http().server().headers().get("X_Dot.Both"))
                .containsExactly("one", "two");
    }

    @Test
    void theNaturalFormOfReadOnlyWorks() {
        assertThat(
                        load(Map.of("REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED", "true"))
                                .storage()
                                .maintenance()
                                .readonly()
                                .enabled())
                .isTrue();
    }

    @Test
    void aVariableCanHoldAYamlList() {
        for (String list : List.of("[image, plugin]", "- image\n- plugin", "image, plugin")) {
            assertThat(
                            load(Map.of("REGISTRY_POLICY_REPOSITORY_CLASSES", list))
                                    .policy()
                                    .repository()
                                    .classes())
                    .containsExactly(ContentClass.IMAGE, ContentClass.PLUGIN);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "^https://a{1,3}/ | ^https://a{1,3}/",
                "[.]exe$ | [.]exe$",
                "['^https://a{1,3}/'] | ^https://a{1,3}/",
                "'^[ab]' | ^[ab]"
            })
    void aPatternIsOneTextWhateverItIsMadeOf(String value, String pattern) {
        assertThat(allowed(load(Map.of("REGISTRY_VALIDATION_MANIFESTS_URLS_ALLOW", value))))
                .containsExactly(pattern);
    }

    private static List<String> allowed(RegistrySettings settings) {
        return settings.validation().manifests().urls().allow();
    }

    @Test
    void aSingleValueMayBeginLikeAListOrAMap() {
        RegistrySettings settings =
                load(
                        Map.of(
                                "REGISTRY_HTTP_ADDR", "[::1]:5000",
                                "REGISTRY_HTTP_SECRET", "{a: b # c, [",
                                "REGISTRY_HTTP_PREFIX", "'/quoted/'"));

        assertThat(settings.http().server().addr()).isEqualTo(new ListenAddress("::1", 5000));
        assertThat(settings.http().secret()).isEqualTo(new Secret("{a: b # c, ["));
        assertThat(settings.http().urls().prefix()).isEqualTo("/quoted");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{a: &a [*a]}",
                "{a: &a [b, b], c: &c [*a, *a], d: [*c, *c]}",
                "{a: &a {b: *a}}"
            })
    void aliasesThatCouldGrowWithoutEndAreRefused(String value) {
        assertThat(explain("REGISTRY_HTTP_HEADERS", value))
                .contains("(variable REGISTRY_HTTP_HEADERS)", "Aliases (*name)");
    }

    @Test
    void aVariableOfTooManyLevelsIsRefused() {
        assertThat(explain("REGISTRY_HTTP_HEADERS", "[".repeat(60) + "]".repeat(60)))
                .contains("(variable REGISTRY_HTTP_HEADERS)", "more than 50 levels");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "REGISTRY_STORAGE_MAINTENANCE_READONLY | {enabled:keep-me}",
                "REGISTRY_STORAGE_DELETE | {enabled:false}",
                "REGISTRY_STORAGE_S3 | {secretkey:keep-me}",
                "REGISTRY_HTTP_HEADERS | {X-Frame-Options:DENY}"
            })
    void aColonWithoutABlankBehindItIsNotOverlooked(String variable, String value) {
        assertRefusedWithoutShowing(variable, value, "needs a blank after the colon");
    }

    private static void assertRefusedWithoutShowing(String variable, String value, String why) {
        assertThat(explain(variable, value))
                .contains("(variable " + variable + ")", why)
                .doesNotContain("keep-me");
    }

    /** As Spring reads application.yml. */
    private static ConfigurableEnvironment file(Map<String, ?> values) {
        ConfigurableEnvironment environment = Settings.environment(Map.of(), Map.of());
        environment
                .getPropertySources()
                .addLast(new OriginTrackedMapPropertySource("application.yml", values));
        return environment;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http.addr",
                "auth.htpasswd.path",
                "storage.filesystem.rootdirectory",
                "notifications.endpoints[0].url",
                "HTTP.tls.certificate"
            })
    void aFileThatLeavesOutThePrefixIsRefused(String name) {
        assertThatThrownBy(() -> LoadedSettings.from(file(Map.of(name, "keep-me"))))
                .isInstanceOf(WrongSettingException.class)
                .hasMessageContaining(name + " in application.yml has no effect")
                .hasMessageContaining("write registry." + name)
                .message()
                .doesNotContain("keep-me");
    }

    @Test
    void aFileMaySetWhatIsSprings() {
        LoadedSettings loaded =
                LoadedSettings.from(
                        file(
                                Map.of(
                                        "spring.main.banner-mode", "off",
                                        "logging.level.root", "warn",
                                        "registry.http.addr", "127.0.0.1:5001")));
        assertThat(loaded.settings().http().server().addr().toString()).contains("5001");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{~: keep-me}", "{? : keep-me}", "{'': keep-me}"})
    void aValueWithoutANameIsRefused(String value) {
        assertThat(explain("REGISTRY_HTTP_HEADERS", value))
                .isEqualTo(
                        "The setting http.headers (variable REGISTRY_HTTP_HEADERS) has a value"
                                + " without a name.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "REGISTRY_HTTP_HEADERS | {keep-me: b",
                "REGISTRY_HTTP_HEADERS | {keep-me: b, keep-me: c}",
                "REGISTRY_HTTP | {keep-me",
                "REGISTRY_POLICY_REPOSITORY_CLASSES | [keep-me",
                "REGISTRY_STORAGE_MAINTENANCE_READONLY | {enabled: true}} keep-me"
            })
    void whatOnlyBeginsAsYamlIsRefusedWithoutShowingIt(String variable, String value) {
        assertRefusedWithoutShowing(variable, value, "begins like a YAML map or list");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "REGISTRY_HTTP | keep-me | is a text, but must be a group of these settings: addr, draintimeout,",
                "REGISTRY_STORAGE_DELETE | true | is a text, but must be a group of these settings: enabled",
                "REGISTRY_HTTP_HEADERS | keep-me | must be a map such as {Name: [value]}",
                "REGISTRY_HTTP_HEADERS | [keep-me] | must be a map such as {Name: [value]}",
                "REGISTRY_HTTP | {addr: [keep-me]} | but must be one value",
                "REGISTRY_POLICY_REPOSITORY_CLASSES | [[keep-me]] | must be a list of texts"
            })
    void whatHasAnotherFormIsExplained(String variable, String value, String explanation) {
        assertThat(explain(variable, value)).contains(explanation).doesNotContain("keep-me");
    }

    @Test
    void anEmptyVariableSetsNothing() {
        assertThat(
                        load(
                                Map.of(
                                        "REGISTRY_HTTP_ADDR", "",
                                        "REGISTRY_HTTP_HOST", " ",
                                        "REGISTRY_STORAGE_DELETE", "",
                                        "REGISTRY_HTTP_HEADERS", "~",
                                        "REGISTRY_POLICY_REPOSITORY_CLASSES", "[]")))
                .isEqualTo(Settings.defaults());
    }

    @Test
    void theMoreImportantSourceWins() {
        LoadedSettings loaded =
                LoadedSettings.from(
                        Settings.environment(
                                Map.of(
                                        "REGISTRY_POLICY_REPOSITORY_CLASSES", "[image, plugin]",
                                        "REGISTRY_TAGS_MAXTAGS", "7",
                                        "REGISTRY_CATALOG_MAXENTRIES", "7"),
                                Map.of(
                                        "registry.policy.repository.classes", "plugin",
                                        "registry.catalog.maxentries", "${registry.of.ours:9}")));

        assertThat(loaded.settings().policy().repository().classes())
                .containsExactly(ContentClass.PLUGIN);
        assertThat(loaded.settings().tags().maxTags()).isEqualTo(7);
        assertThat(loaded.settings().catalog().maxEntries()).isEqualTo(9);
    }

    @Test
    void dollarsInVariablesAreText() {
        assertThat(load(Map.of("REGISTRY_HTTP_SECRET", "${of}{$ours")).http().secret())
                .isEqualTo(new Secret("${of}{$ours"));
    }

    @Test
    void theStoreHasTwoNames() {
        S3Settings s3 =
                Objects.requireNonNull(
                        load(Map.of(
                                        "REGISTRY_STORAGE", "s3aws",
                                        "REGISTRY_STORAGE_S3AWS", "{region: eu-west-1}",
                                        "REGISTRY_STORAGE_S3AWS_BUCKET", "theirs",
                                        "REGISTRY_STORAGE_S3_BUCKET", "images",
                                        "REGISTRY_STORAGE_S3AWS_CHUNKSIZE", "5242880"))
                                .storage()
                                .s3());

        assertThat(s3.location().region()).isEqualTo("eu-west-1");
        assertThat(s3.location().bucket()).isEqualTo("images");
        assertThat(s3.multipart().chunkSize()).isEqualTo(ByteSize.of("5MiB"));
    }

    @Test
    void aWrongSettingUnderTheOtherNameIsFoundAgain() {
        assertThat(explain("REGISTRY_STORAGE_S3AWS_ENCRYPT", "maybe"))
                .startsWith("The setting storage.s3.encrypt is \"maybe\" (")
                .contains("REGISTRY_STORAGE_S3AWS_ENCRYPT");
    }

    @Test
    void theStoreThatIsNamedIsTheOneThatIsUsed() {
        assertThat(load(Map.of("REGISTRY_STORAGE", "filesystem"))).isEqualTo(Settings.defaults());
        assertThat(explain("REGISTRY_STORAGE", "s3")).contains("storage.s3.bucket is not set");
        assertThat(
                        load(Map.of(
                                        "REGISTRY_STORAGE", "{filesystem: {rootdirectory: /srv}}",
                                        "REGISTRY_STORAGE_DELETE_ENABLED", "false"))
                                .storage()
                                .filesystem())
                .extracting(DiskSettings::rootDirectory)
                .isEqualTo(Path.of("/srv"));
    }

    @Test
    void namingTheStoreTakesBackOthersAndNothingElse() {
        RegistrySettings settings =
                LoadedSettings.from(
                                Settings.environment(
                                        Map.of(
                                                "REGISTRY_STORAGE_S3_BUCKET", "images",
                                                "REGISTRY_STORAGE_DELETE_ENABLED", "false"),
                                        Map.of("registry.storage", "filesystem")))
                        .settings();

        assertThat(settings.storage().s3()).isNull();
        assertThat(settings.storage().delete().enabled()).isFalse();
    }

    @Test
    void theLauncherNamesTheFolderWhereNoSettingDoes() {
        assertThat(folder(Map.of("BERTH_DATA", "/checkout/data"))).isEqualTo("/checkout/data");
        assertThat(folder(Map.of("BERTH_DATA", "/d", "REGISTRY_STORAGE", "filesystem")))
                .isEqualTo("/d");
        assertThat(
                        folder(
                                Map.of(
                                        "BERTH_DATA", "/d",
                                        "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", "/srv")))
                .isEqualTo("/srv");
        assertThat(
                        load(Map.of(
                                        "BERTH_DATA", "/d",
                                        "REGISTRY_STORAGE_S3", "{region: r, bucket: b}"))
                                .storage()
                                .filesystem())
                .isNull();
    }

    private static String folder(Map<String, Object> variables) {
        return Objects.requireNonNull(load(variables).storage().filesystem())
                .rootDirectory()
                .toString();
    }

    @Test
    void unknownSettingsAreReported() {
        assertThat(
                        remarks(
                                Map.of(
                                        "REGISTRY_HTTP_ADR", "keep me",
                                        "REGISTRY_TAGS_MAXTAG", "7")))
                .containsExactly(
                        "There is no setting http.adr (variable REGISTRY_HTTP_ADR). Did you mean"
                                + " http.addr?",
                        "There is no setting tags.maxtag (variable REGISTRY_TAGS_MAXTAG). Did you"
                                + " mean tags.maxtags?");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "REGISTRY_STORAGE_DELETE_ENABLE | keep-me | storage.delete.enabled",
                "REGISTRY_STORAGE_DELETE | {enabeld: keep-me} | storage.delete.enabled",
                "REGISTRY_STORAGE_DELETE | {enabeld: } | storage.delete.enabled",
                "REGISTRY_STORAGE | {delete: {enabeld: }} | storage.delete.enabled",
                "REGISTRY_STORAGE_FILESYSTEM_ROOTDIR | keep-me | storage.filesystem.rootdirectory",
                "REGISTRY_STORAGE_S3AWS_SECRETKY | keep-me | storage.s3.secretkey"
            })
    void unknownSettingsOfTheStorageEndTheStart(String variable, String value, String meant) {
        assertThat(explain(variable, value))
                .startsWith("There is no setting storage.")
                .contains(
                        " (variable "
                                + variable
                                + "). Did you mean "
                                + meant
                                + "? Correct the name")
                .doesNotContain("keep-me");
    }

    @Test
    void anUnknownNameWithoutAValueIsReported() {
        assertThat(remarks(Map.of("REGISTRY_HTTP", "{adr: , addr: , limits: {idletim: ~}}")))
                .containsExactly(
                        "There is no setting http.adr (variable REGISTRY_HTTP). Did you mean"
                                + " http.addr?",
                        "There is no setting http.limits.idletim (variable REGISTRY_HTTP). Did you"
                                + " mean http.limits.idletime?");
        assertThat(
                        remarks(
                                Map.of(
                                        "REGISTRY_HTTP", "{tls: ~, headers: {X-One: }}",
                                        "REGISTRY_STORAGE_CACHE", "{blobdescriptor: }")))
                .isEmpty();
    }

    private static List<String> remarks(Map<String, Object> variables) {
        return LoadedSettings.from(Settings.environment(variables, Map.of())).remarks();
    }

    @Test
    void knownSettingsAreNotReported() {
        assertThat(
                        remarks(
                                Map.of(
                                        "REGISTRY_STORAGE_MAINTENANCE_READONLY",
                                        "{enabled: true}",
                                        "REGISTRY_POLICY_REPOSITORY_CLASSES_0",
                                        "image",
                                        "REGISTRY_HTTP_HEADERS",
                                        "{X-Two: [a, b]}",
                                        "REGISTRY_STORAGE",
                                        "s3",
                                        "REGISTRY_STORAGE_S3AWS",
                                        "{bucket: images, region: r}",
                                        "REGISTRY_LOGLEVEL",
                                        "debug",
                                        "OTHER",
                                        "1")))
                .isEmpty();
    }

    @Test
    void credentialsInAnAddressAreNotShown() {
        for (String host :
                List.of("https://me:keep-me@h", "https://me:keep-me@h h/", "me:keep-me@h")) {
            assertThat(explain("REGISTRY_HTTP_HOST", host)).doesNotContain("keep-me");
        }
        assertThat(explain("REGISTRY_HTTP_HOST", "https://me:keep-me@h"))
                .isEqualTo(
                        "http.host (variable REGISTRY_HTTP_HOST) holds a user or a password, which every client would see:"
                                + " remove them.");
    }

    @Test
    void messagesStayInOneLine() {
        assertThat(explain("REGISTRY_HTTP_ADDR", "a\nb" + "c".repeat(5000)))
                .contains("a?bc")
                .doesNotContain("\n")
                .hasSizeLessThan(500);
    }

    @Test
    void aWrongNumberIsExplained() {
        assertThat(explain("REGISTRY_CATALOG_MAXENTRIES", "many"))
                .isEqualTo(
                        "The setting catalog.maxentries is \"many\" (variable"
                                + " REGISTRY_CATALOG_MAXENTRIES), but must be a whole number.");
    }

    @Test
    void aWrongSwitchIsExplained() {
        assertThat(explain("REGISTRY_STORAGE_DELETE_ENABLED", "maybe"))
                .endsWith("), but must be true or false.");
    }

    @Test
    void aWrongWordIsExplained() {
        assertThat(explain("REGISTRY_STORAGE_OWNERSHIP", "mine"))
                .endsWith("), but must be one of auto, exclusive, shared.");
        assertThat(explain("REGISTRY_POLICY_REPOSITORY_CLASSES", "image,chart"))
                .endsWith("), but must be one of image, plugin.");
        assertThat(explain("REGISTRY_LOG_LEVEL", "foo"))
                .isEqualTo(
                        "The setting log.level is \"foo\" (variable REGISTRY_LOG_LEVEL), but must be"
                                + " one of error, warn, info, debug.");
    }

    @Test
    void aWrongDurationIsExplained() {
        assertThat(explain("REGISTRY_HTTP_DRAINTIMEOUT", "soon"))
                .endsWith(
                        "REGISTRY_HTTP_DRAINTIMEOUT), but must be a duration such as 168h, 1h30m, 10s or 100ms.");
        assertThat(explain("REGISTRY_HTTP_LIMITS_IDLETIME", "-5s"))
                .endsWith("), but must be a duration of 0 or more, such as 10s.");
    }

    @Test
    void aValueOutOfItsRangeIsExplained() {
        assertThat(explain("REGISTRY_CATALOG_MAXENTRIES", "0"))
                .isEqualTo(
                        "catalog.maxentries (variable REGISTRY_CATALOG_MAXENTRIES) is 0, but must be"
                                + " a number from 1 to 100000.");
    }

    private static String explain(String variable, String value) {
        WrongSettingException failure =
                catchThrowableOfType(
                        WrongSettingException.class, () -> load(Map.of(variable, value)));
        FailureAnalysis analysis =
                Objects.requireNonNull(new WrongSettingAnalyzer().analyze(failure));
        assertThat(analysis.getAction()).contains("docs/configuration.md");
        return analysis.getDescription();
    }

    private static RegistrySettings load(Map<String, Object> variables) {
        return LoadedSettings.from(Settings.environment(variables, Map.of())).settings();
    }
}
