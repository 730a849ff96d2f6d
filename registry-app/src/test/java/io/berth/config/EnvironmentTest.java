package io.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.berth.config.PolicySettings.ContentClass;
import io.berth.config.StorageSettings.Filesystem;
import io.berth.config.StorageSettings.ReadOnly;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** Settings as administrators make them: variables of the environment. */
class EnvironmentTest {

    @Test
    void variablesAreNamedAsInDistribution() {
        RegistrySettings settings =
                bind(
                        Map.of(
                                "REGISTRY_STORAGE_DELETE_ENABLED", "false",
                                "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", "/srv",
                                "REGISTRY_STORAGE_TAG_CONCURRENCYLIMIT", "4",
                                "REGISTRY_HTTP_ADDR", ":80",
                                "REGISTRY_HTTP_RELATIVEURLS", "false",
                                "REGISTRY_HTTP_DRAINTIMEOUT", "1m30s",
                                "REGISTRY_POLICY_REPOSITORY_CLASSES", "image,plugin"));

        assertThat(settings.storage().delete().enabled()).isFalse();
        assertThat(settings.storage().filesystem()).isEqualTo(new Filesystem(Path.of("/srv")));
        assertThat(settings.storage().tag().concurrencyLimit()).isEqualTo(4);
        assertThat(settings.http().addr()).isEqualTo(new ListenAddress(null, 80));
        assertThat(settings.http().relativeUrls()).isFalse();
        assertThat(settings.http().drainTimeout()).isEqualTo(GoDuration.of("90s"));
        assertThat(settings.policy().repository().classes())
                .containsExactly(ContentClass.IMAGE, ContentClass.PLUGIN);
    }

    @Test
    void aVariableCanHoldAYamlMap() {
        RegistrySettings settings =
                bind(
                        Map.of(
                                "REGISTRY_STORAGE_MAINTENANCE_READONLY",
                                "{enabled: true}",
                                "REGISTRY_STORAGE_MAINTENANCE_UPLOADPURGING",
                                "{age: 72h, dryrun: true}",
                                "REGISTRY_HTTP_HEADERS",
                                "{X-Content-Type-Options: [nosniff], X-Two: ['a, b', c]}"));

        assertThat(settings.storage().maintenance().readonly()).isEqualTo(new ReadOnly(true));
        assertThat(settings.storage().maintenance().uploadPurging().age())
                .isEqualTo(GoDuration.of("72h"));
        assertThat(settings.storage().maintenance().uploadPurging().dryRun()).isTrue();
        assertThat(settings.http().headers())
                .isEqualTo(
                        Map.of(
                                "x-content-type-options",
                                List.of("nosniff"),
                                "x-two",
                                List.of("a, b", "c")));
    }

    @Test
    void theNaturalFormOfReadOnlyWorks() {
        assertThat(
                        bind(Map.of("REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED", "true"))
                                .storage()
                                .maintenance()
                                .readonly()
                                .enabled())
                .isTrue();
    }

    @Test
    void aVariableCanHoldAYamlList() {
        assertThat(
                        bind(Map.of("REGISTRY_POLICY_REPOSITORY_CLASSES", "[image, plugin]"))
                                .policy()
                                .repository()
                                .classes())
                .containsExactly(ContentClass.IMAGE, ContentClass.PLUGIN);
    }

    @Test
    void whatOnlyBeginsAsYamlIsRefusedWithoutShowingIt() {
        assertThatThrownBy(() -> bind(Map.of("REGISTRY_HTTP_SECRET", "{a: b")))
                .isInstanceOf(WrongSettingException.class)
                .hasMessageContaining("REGISTRY_HTTP_SECRET")
                .hasMessageNotContaining("a: b");
    }

    @Test
    void theStoreHasTwoNames() {
        S3Settings s3 =
                Objects.requireNonNull(
                        bind(Map.of(
                                        "REGISTRY_STORAGE", "s3aws",
                                        "REGISTRY_STORAGE_S3AWS", "{region: eu-west-1}",
                                        "REGISTRY_STORAGE_S3AWS_BUCKET", "theirs",
                                        "REGISTRY_STORAGE_S3_BUCKET", "images",
                                        "REGISTRY_STORAGE_S3AWS_CHUNKSIZE", "5242880"))
                                .storage()
                                .s3());

        assertThat(s3.region()).isEqualTo("eu-west-1");
        assertThat(s3.bucket()).isEqualTo("images");
        assertThat(s3.chunkSize()).isEqualTo(ByteSize.of("5MiB"));
    }

    @Test
    void aWrongSettingUnderTheOtherNameIsFoundAgain() {
        assertThat(explain("REGISTRY_STORAGE_S3AWS_ENCRYPT", "maybe"))
                .startsWith("The setting storage.s3.encrypt is \"maybe\" (")
                .contains("REGISTRY_STORAGE_S3AWS_ENCRYPT");
    }

    @Test
    void theStoreThatIsNamedIsTheOneThatIsUsed() {
        assertThat(bind(Map.of("REGISTRY_STORAGE", "filesystem"))).isEqualTo(Settings.defaults());
        assertThat(explain("REGISTRY_STORAGE", "s3")).contains("storage.s3.bucket is not set");
        assertThatThrownBy(() -> bind(Map.of("REGISTRY_STORAGE", "gcs")))
                .isInstanceOf(WrongSettingException.class)
                .hasMessage("The setting storage is \"gcs\", but must be filesystem or s3.");
    }

    @Test
    void unknownSettingsAreReported() {
        assertThat(
                        UnknownSettings.in(
                                environment(
                                        Map.of(
                                                "REGISTRY_STORAGE_DELETE_ENABLD",
                                                "true",
                                                "REGISTRY_STORAGE_S3AWS_SECRETKY",
                                                "keep me",
                                                "REGISTRY_STORAGE_FILESYSTEM_MAXTHREADS",
                                                "100"))))
                .satisfiesExactly(
                        typo -> assertThat(typo).contains("no setting storage.delete.enabld "),
                        threads -> assertThat(threads).contains("http.maxthreads"),
                        key ->
                                assertThat(key)
                                        .contains("no setting storage.s3.secretky ")
                                        .contains("\"REGISTRY_STORAGE_S3AWS_SECRETKY\""))
                .noneMatch(sentence -> sentence.contains("keep me"));
    }

    @Test
    void knownSettingsAreNotReported() {
        assertThat(
                        UnknownSettings.in(
                                environment(
                                        Map.of(
                                                "REGISTRY_STORAGE_MAINTENANCE_READONLY",
                                                "{enabled: true}",
                                                "REGISTRY_POLICY_REPOSITORY_CLASSES_0",
                                                "image",
                                                "REGISTRY_HTTP_HEADERS",
                                                "{X-Two: [a, b]}",
                                                "REGISTRY_STORAGE",
                                                "s3",
                                                "REGISTRY_STORAGE_S3AWS_BUCKET",
                                                "images",
                                                "REGISTRY_LOG_LEVEL",
                                                "debug",
                                                "OTHER",
                                                "1"))))
                .isEmpty();
    }

    @Test
    void aWrongNumberIsExplained() {
        assertThat(explain("REGISTRY_CATALOG_MAXENTRIES", "many"))
                .startsWith("The setting catalog.maxentries is \"many\" (")
                .contains("REGISTRY_CATALOG_MAXENTRIES")
                .endsWith("), but must be a whole number.");
    }

    @Test
    void aWrongSwitchIsExplained() {
        assertThat(explain("REGISTRY_STORAGE_DELETE_ENABLED", "maybe"))
                .endsWith("), but must be true or false.");
    }

    @Test
    void aWrongWordIsExplained() {
        assertThat(explain("REGISTRY_STORAGE_OWNERSHIP", "mine"))
                .endsWith("), but must be one of exclusive, shared, auto.");
        assertThat(explain("REGISTRY_POLICY_REPOSITORY_CLASSES", "image,chart"))
                .endsWith("), but must be one of image, plugin.");
    }

    @Test
    void aWrongDurationIsExplained() {
        assertThat(explain("REGISTRY_HTTP_DRAINTIMEOUT", "soon"))
                .contains("\"soon\" is not a duration such as 168h");
    }

    @Test
    void aValueOutOfItsRangeIsExplained() {
        assertThat(explain("REGISTRY_CATALOG_MAXENTRIES", "0"))
                .isEqualTo("catalog.maxentries is 0, but must be a number from 1 to 100000.");
    }

    @Test
    void failuresOfOthersAreLeftToOthers() {
        StandardEnvironment environment = environment(Map.of("SERVER_PORT", "x"));

        BindException failure =
                catchThrowableOfType(
                        BindException.class,
                        () -> Binder.get(environment).bind("server.port", Integer.class));

        assertThat(new UnboundSettingAnalyzer().analyze(failure)).isNull();
    }

    private static String explain(String variable, String value) {
        BindException failure =
                catchThrowableOfType(BindException.class, () -> bind(Map.of(variable, value)));
        FailureAnalysis analysis =
                Objects.requireNonNull(new UnboundSettingAnalyzer().analyze(failure));
        assertThat(analysis.getAction()).contains("docs/configuration.md");
        return analysis.getDescription();
    }

    private static RegistrySettings bind(Map<String, Object> variables) {
        return Binder.get(environment(variables))
                .bindOrCreate(RegistrySettings.PREFIX, RegistrySettings.class);
    }

    private static StandardEnvironment environment(Map<String, Object> variables) {
        StandardEnvironment environment =
                new StandardEnvironment() {
                    @Override
                    public Map<String, Object> getSystemEnvironment() {
                        return variables;
                    }
                };
        environment
                .getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                                variables));
        ConfigurationPropertySources.attach(environment);
        new YamlVariables().postProcessEnvironment(environment, new SpringApplication());
        new OtherNames().postProcessEnvironment(environment, new SpringApplication());
        return environment;
    }
}
