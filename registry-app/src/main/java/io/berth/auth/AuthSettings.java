package io.berth.auth;

import io.berth.auth.htpasswd.HtpasswdSettings;
import io.berth.setting.SettingChecks;
import org.jspecify.annotations.Nullable;

/**
 * How clients prove who they are ({@code auth}). One way at most.
 *
 * @param none not {@code null} where the administrator wants no authentication
 * @param htpasswd by users and passwords of a file; {@code null} where they do not
 */
public record AuthSettings(@Nullable None none, @Nullable HtpasswdSettings htpasswd) {

    /** Has no settings. */
    public record None() {}

    public AuthSettings {
        SettingChecks.refuseIf(
                none != null && htpasswd != null,
                "auth.none and auth.htpasswd are both set, but there is one way to authenticate"
                        + " clients: remove one of them");
    }

    /** Whether clients have to prove who they are. */
    public boolean isOn() {
        return htpasswd != null;
    }
}
