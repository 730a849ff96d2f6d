package io.berth.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.auth.htpasswd.HtpasswdSettings;
import io.berth.auth.robot.RobotSettings;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExposureAdviceTest {

    private static final AuthSettings UNSET =
            new AuthSettings(null, null, null, Map.of(), null, new RobotSettings(false), null);
    private static final AuthSettings NONE =
            new AuthSettings(
                    new AuthSettings.None(),
                    null,
                    null,
                    Map.of(),
                    null,
                    new RobotSettings(false),
                    null);
    private static final AuthSettings HTPASSWD =
            new AuthSettings(
                    null,
                    new HtpasswdSettings("r", Path.of("/p")),
                    null,
                    Map.of(),
                    null,
                    new RobotSettings(false),
                    null);

    private static @Nullable String advice(
            AuthSettings settings, boolean loopback, boolean encrypted, boolean writable) {
        return ExposureAdvice.of(settings, ":5000", loopback, encrypted, writable);
    }

    @Test
    void nobodyIsWarnedOfThisMachine() {
        assertThat(advice(UNSET, true, false, true)).isNull();
        assertThat(advice(HTPASSWD, true, false, true)).isNull();
    }

    @Test
    void anOpenRegistryThatOthersReachIsNamed() {
        assertThat(advice(UNSET, false, true, true))
                .isEqualTo(
                        "Anyone who reaches :5000 can push and delete, because there is no"
                                + " authentication (http.addr). Set auth.htpasswd or auth.token; or"
                                + " set auth to none if that is what you want.");
        assertThat(advice(NONE, false, false, true)).isNull();
        assertThat(advice(UNSET, false, false, false)).isNull();
    }

    @Test
    void passwordsThatAreNotEncryptedAreNamed() {
        assertThat(advice(HTPASSWD, false, false, true))
                .startsWith("Credentials reach :5000 unencrypted (http.addr).")
                .contains("set http.host to the https:// address");
        assertThat(advice(HTPASSWD, false, false, false)).isNotNull();
        assertThat(advice(HTPASSWD, false, true, true)).isNull();
    }
}
