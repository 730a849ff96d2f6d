package io.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.auth.AuthSettings;
import io.berth.auth.oidc.OidcSettings;
import io.berth.setting.GoDuration;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

class OidcSettingsTest {

    private static final Pattern EXAMPLE =
            Pattern.compile("(?ms)^```yaml\\n(registry:\\n  auth:\\n    oidc:\\n.*?)^```$");

    private static final Map<String, String> LEAST =
            Map.of(
                    "auth.oidc.ci.issuer", "https://id.example.com",
                    "auth.oidc.ci.audience", "registry.example.com",
                    "auth.oidc.ci.required.sub", "job");

    private static AuthSettings with(String name, String value) {
        Map<String, String> values = new TreeMap<>(LEAST);
        values.put("auth.oidc.ci." + name, value);
        return Settings.with(values).auth();
    }

    @Test
    void hasDefaults() {
        assertThat(Settings.defaults().auth().oidc()).isEmpty();
        assertThat(Settings.with(LEAST).auth().isOn()).isTrue();
        assertThat(Settings.with(LEAST).auth().oidc())
                .isEqualTo(
                        Map.of(
                                "ci",
                                new OidcSettings(
                                        "https://id.example.com",
                                        List.of("registry.example.com"),
                                        Map.of("sub", List.of("job")),
                                        "{sub}",
                                        List.of(),
                                        List.of(),
                                        GoDuration.of("24h"),
                                        null,
                                        null,
                                        null,
                                        null,
                                        false)));
    }

    @Test
    void takesEveryValue() {
        Map<String, String> values = new TreeMap<>();
        values.put("auth.oidc.example.issuer", "https://id.example.com/realm");
        values.put("auth.oidc.example.audience", "[a, b]");
        values.put("auth.oidc.example.required", "{a_b: [x, y], c: z}");
        values.put("auth.oidc.example.name", "{a}/{b}");
        values.put("auth.oidc.example.groups", "['{c}', d]");
        values.put("auth.oidc.example.claims", "[e, f]");
        values.put("auth.oidc.example.lifetime", "1h");
        values.put("auth.oidc.example.ca", "/ca");
        values.put("auth.oidc.example.bearertoken", "/token");
        values.put("auth.oidc.example.insecure", "true");
        values.put("auth.oidc.example.jwksuri", "https://keys.example.com/");
        Map<String, String> withFile = new TreeMap<>(values);
        withFile.put("auth.oidc.example.jwks", "/keys");

        Settings.withEach("auth.oidc", withFile);
        assertThat(Settings.with(values).auth().oidc().get("example"))
                .isEqualTo(
                        new OidcSettings(
                                "https://id.example.com/realm",
                                List.of("a", "b"),
                                Map.of("a_b", List.of("x", "y"), "c", List.of("z")),
                                "{a}/{b}",
                                List.of("{c}", "d"),
                                List.of("e", "f"),
                                GoDuration.of("1h"),
                                URI.create("https://keys.example.com/"),
                                null,
                                Path.of("/ca"),
                                Path.of("/token"),
                                true));
        assertThatThrownBy(() -> Settings.with(withFile))
                .hasMessageContaining("and auth.oidc.example.jwksuri are both set");
    }

    @Test
    void areTakenFromVariables() {
        Map<String, Object> variables =
                Map.of(
                        "REGISTRY_AUTH_OIDC_GITHUB_ISSUER", "https://id.example.com",
                        "REGISTRY_AUTH_OIDC_GITHUB_AUDIENCE", "registry.example.com",
                        "REGISTRY_AUTH_OIDC_GITHUB_NAME", "{repository}",
                        "REGISTRY_AUTH_OIDC_GITHUB_REQUIRED", "{repository_owner: acme}");

        Map<String, OidcSettings> issuers =
                LoadedSettings.from(Settings.environment(variables, Map.of()))
                        .settings()
                        .auth()
                        .oidc();
        OidcSettings settings = Objects.requireNonNull(issuers.get("github"));
        assertThat(settings.name()).isEqualTo("{repository}");
        assertThat(settings.required()).isEqualTo(Map.of("repository_owner", List.of("acme")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    issuer      | ''                         | issuer is not set
                    issuer      | id.example.com             | must be an https:// URL
                    issuer      | http://id.example.com      | must be an https:// URL
                    issuer      | https://id.example.com/?a  | must be an https:// URL
                    issuer      | https://a@id.example.com/  | must be an https:// URL
                    issuer      | https:///path              | must be an https:// URL
                    audience    | ''                         | audience is not set
                    required    | {}                         | required is not set
                    required    | '{sub: []}'                | required has the claim sub without a text
                    name        | '{a}{b}'                   | between them
                    name        | a b                        | must be ASCII characters
                    groups      | '[a, "{"]'                 | must be ASCII characters
                    lifetime    | 10s                        | must be from 1m to 8784h
                    lifetime    | 10000h                     | must be from 1m to 8784h
                    jwksuri     | http://keys.example.com    | must be an https:// URL
                    jwksuri     | file:///etc/passwd         | must be an https:// URL
                    """)
    void aWrongValueIsNamed(String name, String value, String message) {
        Map<String, String> values = new TreeMap<>(LEAST);
        values.keySet().removeIf(key -> key.startsWith("auth.oidc.ci." + name));
        values.put("auth.oidc.ci." + name, value);

        assertThatThrownBy(() -> Settings.with(values))
                .hasMessageContaining("auth.oidc.ci." + name)
                .hasMessageContaining(message);
    }

    @Test
    void whatIsNotEncryptedIsOfThisMachineOrMeant() {
        assertThat(with("issuer", "http://127.0.0.1:8080").isOn()).isTrue();
        assertThat(with("issuer", "http://localhost").isOn()).isTrue();
        assertThat(with("issuer", "http://[::1]:1").isOn()).isTrue();
        assertThat(with("jwksuri", "http://127.0.0.1/keys").isOn()).isTrue();
    }

    @Test
    void aClaimOfAVariableOfItsOwnIsRefused() {
        Map<String, Object> variables = new HashMap<>();
        variables.put("REGISTRY_AUTH_OIDC_CI", "{issuer: 'https://id.example.com', audience: a}");
        variables.put("REGISTRY_AUTH_OIDC_CI_REQUIRED_REPOSITORY_OWNER", "acme");

        assertThatThrownBy(() -> LoadedSettings.from(Settings.environment(variables, Map.of())))
                .hasMessageContaining("REPOSITORY_OWNER")
                .hasMessageContaining("write auth.oidc.ci.required as {claim: [text]}");
    }

    @Test
    void twoGroupsHaveTwoIssuers() {
        Map<String, String> values = new TreeMap<>(LEAST);
        values.put("auth.oidc.other.issuer", "https://id.example.com");
        values.put("auth.oidc.other.audience", "a");
        values.put("auth.oidc.other.required.sub", "a");

        assertThatThrownBy(() -> Settings.with(values))
                .hasMessageContaining("has the issuer https://id.example.com twice");
    }

    @Test
    void namesOfGroupsHaveNoColon() {
        assertThatThrownBy(
                        () ->
                                LoadedSettings.from(
                                        Settings.environment(
                                                Map.of(
                                                        "REGISTRY_AUTH_OIDC",
                                                        "{'a:b': {issuer: 'https://a', audience: b,"
                                                                + " required: {c: d}}}"),
                                                Map.of())))
                .hasMessageContaining("is a:b, but must be names");
    }

    @ParameterizedTest
    @ValueSource(strings = {"user", "group", "robot"})
    void namesOfGroupsAreNotThoseOfThePolicyFile(String name) {
        assertThatThrownBy(
                        () ->
                                Settings.with(
                                        Map.of(
                                                "auth.oidc." + name + ".issuer", "https://a",
                                                "auth.oidc." + name + ".audience", "b",
                                                "auth.oidc." + name + ".required.sub", "c")))
                .hasMessageContaining("is " + name + ", but must be other names");
    }

    @Test
    void theChoiceWithoutAnIssuerEndsTheStart() {
        for (String value : List.of("oidc", "{oidc: {}}")) {
            assertThatThrownBy(
                            () ->
                                    LoadedSettings.from(
                                            Settings.environment(
                                                    Map.of("REGISTRY_AUTH", value), Map.of())))
                    .as(value)
                    .hasMessageContaining("auth.oidc");
        }
    }

    @Test
    void withoutAuthenticationThereAreNoIssuers() {
        Map<String, Object> variables =
                Map.of(
                        "REGISTRY_AUTH",
                        "{none: {}, oidc: {ci: {issuer: 'https://a', audience: b,"
                                + " required: {c: d}}}}");

        assertThatThrownBy(() -> LoadedSettings.from(Settings.environment(variables, Map.of())))
                .hasMessageContaining("and auth.oidc are both set");
    }

    @Test
    void theExamplesOfTheDocumentAreRight() throws IOException {
        String text = Files.readString(Path.of("../docs/configuration.md"));
        List<String> names = new ArrayList<>();
        for (String example : EXAMPLE.matcher(text).results().map(one -> one.group(1)).toList()) {
            ConfigurableEnvironment environment = Settings.environment(Map.of(), Map.of());
            for (PropertySource<?> source :
                    new YamlPropertySourceLoader()
                            .load(
                                    "example",
                                    new ByteArrayResource(
                                            example.getBytes(StandardCharsets.UTF_8)))) {
                environment.getPropertySources().addFirst(source);
            }
            LoadedSettings loaded = LoadedSettings.from(environment);
            assertThat(loaded.remarks()).isEmpty();
            names.addAll(loaded.settings().auth().oidc().keySet());
        }
        assertThat(names).containsExactly("github", "gitlab", "kubernetes", "edge");
    }
}
