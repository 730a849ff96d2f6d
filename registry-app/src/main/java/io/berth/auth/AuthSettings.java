package io.berth.auth;

import io.berth.auth.htpasswd.HtpasswdSettings;
import io.berth.auth.token.TokenSettings;
import io.berth.setting.SettingChecks;
import org.jspecify.annotations.Nullable;

/**
 * How clients authenticate ({@code auth}). Passwords and tokens may be accepted side by side.
 *
 * @param none not {@code null} where the administrator wants no authentication
 * @param htpasswd by users and passwords of a file; {@code null} where they do not
 * @param token by tokens of another service; {@code null} where they do not
 */
public record AuthSettings(
        @Nullable None none, @Nullable HtpasswdSettings htpasswd, @Nullable TokenSettings token) {

    /** Has no settings. */
    public record None() {}

    public AuthSettings {
        SettingChecks.refuseIf(
                none != null && htpasswd != null,
                "auth.none and auth.htpasswd are both set, but one says that clients need no"
                        + " credentials: remove one of them");
        SettingChecks.refuseIf(
                none != null && token != null,
                "auth.none and auth.token are both set, but one says that clients need no"
                        + " credentials: remove one of them");
    }

    /** Whether clients have to authenticate. */
    public boolean isOn() {
        return htpasswd != null || token != null;
    }
}
