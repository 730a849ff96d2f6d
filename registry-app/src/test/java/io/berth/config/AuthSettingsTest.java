package io.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.auth.AuthSettings;
import io.berth.auth.htpasswd.HtpasswdSettings;
import io.berth.auth.token.TokenSettings;
import io.berth.auth.token.TokenSettings.SigningAlgorithm;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthSettingsTest {

    private static final Map<String, Object> HTPASSWD =
            Map.of(
                    "REGISTRY_AUTH", "htpasswd",
                    "REGISTRY_AUTH_HTPASSWD_REALM", "Registry Realm",
                    "REGISTRY_AUTH_HTPASSWD_PATH", "/auth/htpasswd");

    private static final Map<String, Object> TOKEN =
            Map.of(
                    "REGISTRY_AUTH_TOKEN_REALM", "https://auth.example.com/token",
                    "REGISTRY_AUTH_TOKEN_SERVICE", "registry.example.com",
                    "REGISTRY_AUTH_TOKEN_ISSUER", "issuer",
                    "REGISTRY_AUTH_TOKEN_JWKS", "/keys");

    private static AuthSettings load(Map<String, Object> variables) {
        return LoadedSettings.from(Settings.environment(variables, Map.of())).settings().auth();
    }

    @Test
    void hasDefaults() {
        assertThat(Settings.defaults().auth())
                .isEqualTo(new AuthSettings(null, null, null, Map.of()));
        assertThat(Settings.defaults().auth().isOn()).isFalse();
    }

    @Test
    void takesEveryValue() {
        Map<String, String> values =
                Map.of(
                        "auth.htpasswd.realm", "Registry Realm",
                        "auth.htpasswd.path", "/auth/htpasswd");

        assertThat(Settings.withAll("auth.htpasswd", values).auth())
                .isEqualTo(
                        new AuthSettings(
                                null,
                                new HtpasswdSettings("Registry Realm", Path.of("/auth/htpasswd")),
                                null,
                                Map.of()));
    }

    @Test
    void takesEveryValueOfTokens() {
        Map<String, String> values = new TreeMap<>();
        values.put("auth.token.realm", "https://tokens.example.com/");
        values.put("auth.token.service", "registry.example.com");
        values.put("auth.token.issuer", "issuer");
        values.put("auth.token.rootcertbundle", "/certs");
        values.put("auth.token.jwks", "/set");
        values.put("auth.token.signingalgorithms", "[RS256, EdDSA]");
        values.put("auth.token.autoredirect", "true");
        values.put("auth.token.autoredirectpath", "/token");

        assertThat(Settings.withAll("auth.token", values).auth().token())
                .isEqualTo(
                        new TokenSettings(
                                "https://tokens.example.com/",
                                "registry.example.com",
                                "issuer",
                                Path.of("/certs"),
                                Path.of("/set"),
                                List.of(SigningAlgorithm.RS256, SigningAlgorithm.EDDSA),
                                true,
                                "/token"));
    }

    private static AuthSettings tokens(String without, String with) {
        Map<String, Object> variables = new TreeMap<>(TOKEN);
        variables.remove(without);
        variables.put("REGISTRY_AUTH_TOKEN_AUTOREDIRECTPATH", "/auth/token");
        if (!with.isEmpty()) {
            variables.put(without, with);
        }
        return load(variables);
    }

    @ParameterizedTest
    @ValueSource(strings = {"REALM", "SERVICE", "ISSUER", "JWKS"})
    void whatTokensNeedIsRequired(String name) {
        assertThatThrownBy(() -> tokens("REGISTRY_AUTH_TOKEN_" + name, ""))
                .hasMessageContaining("auth.token." + name.toLowerCase(Locale.ROOT));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "auth.example.com",
                "https://auth.example.com/?a=b",
                "https://user@auth.example.com/",
                "ftp://auth.example.com/",
                "https://auth.example.com/\"",
                "https://auth.example.com/#a"
            })
    void aRealmIsAUrlThatAChallengeCanCarry(String realm) {
        assertThatThrownBy(() -> tokens("REGISTRY_AUTH_TOKEN_REALM", realm))
                .hasMessageContaining("auth.token.realm");
    }

    @Test
    void aServiceThatAChallengeCannotCarryIsRefused() {
        assertThatThrownBy(() -> tokens("REGISTRY_AUTH_TOKEN_SERVICE", "a\"b"))
                .hasMessageContaining("auth.token.service");
    }

    @Test
    void passwordsAndTokensMayBeAcceptedSideBySide() {
        Map<String, Object> variables = new TreeMap<>(TOKEN);
        variables.putAll(HTPASSWD);

        assertThat(load(variables).token()).isNotNull();
        assertThat(load(variables).htpasswd()).isNotNull();
    }

    @Test
    void areTakenAsTheImageOfDistributionGetsThem() {
        assertThat(load(HTPASSWD).htpasswd())
                .isEqualTo(new HtpasswdSettings("Registry Realm", Path.of("/auth/htpasswd")));
        assertThat(load(HTPASSWD).isOn()).isTrue();
    }

    @Test
    void aPathIsOfTheWorkingDirectory() {
        assertThat(Settings.with("auth.htpasswd.path", "users").auth().htpasswd())
                .isEqualTo(new HtpasswdSettings("r", Path.of("users").toAbsolutePath()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "{none: }", "{none: {}}"})
    void noAuthenticationMayBeAskedFor(String value) {
        assertThat(load(Map.of("REGISTRY_AUTH", value)))
                .isEqualTo(new AuthSettings(new AuthSettings.None(), null, null, Map.of()));
    }

    @Test
    void bothAreRefused() {
        assertThatThrownBy(
                        () ->
                                load(
                                        Map.of(
                                                "REGISTRY_AUTH_NONE", "{}",
                                                "REGISTRY_AUTH_HTPASSWD", "{realm: r, path: /p}")))
                .hasMessageContaining("and auth.htpasswd are both set")
                .hasMessageContaining("remove one of them");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"htpasswd", "{htpasswd: {path: /p}}", "{htpasswd: {path: /p, realm: ' '}}"})
    void theRealmIsRequired(String value) {
        assertThatThrownBy(() -> load(Map.of("REGISTRY_AUTH", value)))
                .hasMessageContaining(
                        "auth.htpasswd.realm is not set, but auth.htpasswd is chosen");
    }

    @Test
    void thePathIsRequired() {
        assertThatThrownBy(() -> load(Map.of("REGISTRY_AUTH_HTPASSWD_REALM", "r")))
                .hasMessageContaining("auth.htpasswd.path is not set, but auth.htpasswd is chosen");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nSet-Cookie: b", "a\u0000", "R\u00e9gistre"})
    void aRealmThatAHeaderCannotCarryIsRefused(String realm) {
        assertThatThrownBy(() -> Settings.with("auth.htpasswd.realm", realm))
                .hasMessageContaining("auth.htpasswd.realm")
                .hasMessageContaining("must be text of printable ASCII characters");
    }
}
