package io.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.auth.AuthSettings;
import io.berth.auth.certificate.CertificateSettings;
import io.berth.auth.certificate.CertificateSettings.GroupPart;
import io.berth.auth.certificate.CertificateSettings.NamePart;
import io.berth.auth.htpasswd.HtpasswdSettings;
import io.berth.auth.robot.RobotSettings;
import io.berth.auth.token.TokenSettings;
import io.berth.auth.token.TokenSettings.SigningAlgorithm;
import io.berth.auth.tokenservice.TokenServiceSettings;
import io.berth.setting.GoDuration;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

    private static final RobotSettings NO_ROBOTS = new RobotSettings(false);

    private static AuthSettings load(Map<String, Object> variables) {
        return LoadedSettings.from(Settings.environment(variables, Map.of())).settings().auth();
    }

    @Test
    void hasDefaults() {
        assertThat(Settings.defaults().auth())
                .isEqualTo(new AuthSettings(null, null, null, Map.of(), null, NO_ROBOTS, null));
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
                                Map.of(),
                                null,
                                NO_ROBOTS,
                                null));
    }

    @Test
    void takesEveryValueOfCertificates() {
        Map<String, String> values =
                Map.of("auth.certificate.name", "uri", "auth.certificate.groups", "organization");

        assertThat(Settings.withAll("auth.certificate", values).auth().certificate())
                .isEqualTo(new CertificateSettings(NamePart.URI, GroupPart.ORGANIZATION));
        assertThatThrownBy(() -> Settings.with(Map.of("auth.certificate.groups", "organization")))
                .hasMessageContaining("auth.certificate.name is not set");
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
                .isEqualTo(
                        new AuthSettings(
                                new AuthSettings.None(),
                                null,
                                null,
                                Map.of(),
                                null,
                                NO_ROBOTS,
                                null));
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

    @Test
    void takesEveryValueOfTheTokenService() {
        Map<String, String> values = new TreeMap<>();
        values.put("auth.tokenservice.service", "registry.example.com");
        values.put("auth.tokenservice.issuer", "issuer");
        values.put("auth.tokenservice.lifetime", "10m");
        values.put("auth.tokenservice.refreshlifetime", "720h");
        values.put("auth.tokenservice.rotation", "0");
        values.put("auth.tokenservice.certificate", "/certificate");
        values.put("auth.tokenservice.key", "/key");
        Settings.withEach("auth.tokenservice", values);
        values.put("auth.htpasswd.realm", "r");
        values.put("auth.htpasswd.path", "/p");

        assertThat(Settings.with(values).auth().tokenService())
                .isEqualTo(
                        new TokenServiceSettings(
                                "registry.example.com",
                                "issuer",
                                GoDuration.of("10m"),
                                GoDuration.of("720h"),
                                GoDuration.of("0"),
                                Path.of("/certificate"),
                                Path.of("/key")));
    }

    @ParameterizedTest
    @CsvSource({
        "service, a\"b",
        "issuer, a\\b",
        "lifetime, 59s",
        "lifetime, 1h1m",
        "refreshlifetime, 59m",
        "refreshlifetime, 8785h",
        "rotation, 47h"
    })
    void valuesOfTheTokenServiceHaveBounds(String name, String value) {
        assertThatThrownBy(() -> Settings.with("auth.tokenservice." + name, value))
                .hasMessageContaining("auth.tokenservice." + name + " (")
                .hasMessageContaining(") is " + value + ", but must be");
    }

    @Test
    void aTokenServiceNeedsPasswordsAndBothFilesAndToBeTheOnlyOne() {
        Map<String, Object> variables = new TreeMap<>();
        variables.put("REGISTRY_AUTH_TOKENSERVICE_SERVICE", "s");
        assertThatThrownBy(() -> load(variables)).hasMessageContaining("auth.robots.enabled, too");

        variables.putAll(HTPASSWD);
        assertThat(load(variables).isOn()).isTrue();
        variables.put("REGISTRY_AUTH_TOKENSERVICE_KEY", "/k");
        assertThatThrownBy(() -> load(variables)).hasMessageContaining("set both, or none");
        variables.remove("REGISTRY_AUTH_TOKENSERVICE_KEY");
        variables.putAll(TOKEN);
        assertThatThrownBy(() -> load(variables))
                .hasMessageContaining("auth.tokenservice and auth.token are both set");
        variables.keySet().removeAll(TOKEN.keySet());
        variables.put("REGISTRY_AUTH_TOKENSERVICE_ISSUER", "i");
        variables.remove("REGISTRY_AUTH_TOKENSERVICE_SERVICE");
        assertThatThrownBy(() -> load(variables))
                .hasMessageContaining("auth.tokenservice.service is not set");
    }

    @Test
    void takesEveryValueOfRobots() {
        Map<String, String> values = Map.of("auth.robots.enabled", "true");

        assertThat(Settings.withAll("auth.robots", values).auth())
                .isEqualTo(
                        new AuthSettings(
                                null, null, null, Map.of(), null, new RobotSettings(true), null));
        assertThat(Settings.with(values).auth().isOn()).isTrue();
        assertThatThrownBy(
                        () ->
                                load(
                                        Map.of(
                                                "REGISTRY_AUTH_NONE", "{}",
                                                "REGISTRY_AUTH_ROBOTS_ENABLED", "true")))
                .hasMessageContaining("and auth.robots.enabled are both set");
        assertThat(
                        load(Map.of(
                                        "REGISTRY_AUTH_TOKENSERVICE_SERVICE", "s",
                                        "REGISTRY_AUTH_ROBOTS_ENABLED", "true"))
                                .tokenService())
                .isNotNull();
    }
}
