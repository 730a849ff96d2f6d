package io.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.auth.AuthSettings;
import io.berth.auth.htpasswd.HtpasswdSettings;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthSettingsTest {

    private static final Map<String, Object> HTPASSWD =
            Map.of(
                    "REGISTRY_AUTH", "htpasswd",
                    "REGISTRY_AUTH_HTPASSWD_REALM", "Registry Realm",
                    "REGISTRY_AUTH_HTPASSWD_PATH", "/auth/htpasswd");

    private static AuthSettings load(Map<String, Object> variables) {
        return LoadedSettings.from(Settings.environment(variables, Map.of())).settings().auth();
    }

    @Test
    void hasDefaults() {
        assertThat(Settings.defaults().auth()).isEqualTo(new AuthSettings(null, null));
        assertThat(Settings.defaults().auth().isOn()).isFalse();
    }

    @Test
    void takesEveryValue() {
        Map<String, String> values =
                Map.of(
                        "auth.htpasswd.realm", "Registry Realm",
                        "auth.htpasswd.path", "/auth/htpasswd");

        assertThat(Settings.withAll("auth", values).auth())
                .isEqualTo(
                        new AuthSettings(
                                null,
                                new HtpasswdSettings("Registry Realm", Path.of("/auth/htpasswd"))));
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
                .isEqualTo(new AuthSettings(new AuthSettings.None(), null));
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
