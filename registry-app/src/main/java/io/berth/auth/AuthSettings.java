package io.berth.auth;

import io.berth.auth.certificate.CertificateSettings;
import io.berth.auth.htpasswd.HtpasswdSettings;
import io.berth.auth.oidc.OidcSettings;
import io.berth.auth.robot.RobotSettings;
import io.berth.auth.token.TokenSettings;
import io.berth.auth.tokenservice.TokenServiceSettings;
import io.berth.setting.DefaultValue;
import io.berth.setting.SettingChecks;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How clients authenticate ({@code auth}). Passwords and tokens may be accepted side by side.
 *
 * @param none not {@code null} where the administrator wants no authentication
 * @param htpasswd by users and passwords of a file; {@code null} where they do not
 * @param token by tokens of another service; {@code null} where they do not
 * @param oidc by tokens of the platforms that they run on, under names of the administrator's;
 *     empty where they do not
 * @param tokenService by tokens that the registry issues itself; {@code null} where it does not
 * @param robots accounts of programs, which the registry keeps
 * @param certificate by the certificate that they show; {@code null} where they do not
 */
public record AuthSettings(
        @Nullable None none,
        @Nullable HtpasswdSettings htpasswd,
        @Nullable TokenSettings token,
        Map<String, OidcSettings> oidc,
        @Nullable TokenServiceSettings tokenService,
        @DefaultValue RobotSettings robots,
        @Nullable CertificateSettings certificate) {

    private static final Set<String> RESERVED = Set.of("user", "group", "robot");

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
        SettingChecks.refuseIf(
                none != null && certificate != null,
                "auth.none and auth.certificate are both set, but one says that clients need no"
                        + " credentials: remove one of them");
        SettingChecks.refuseIf(
                none != null && !oidc.isEmpty(),
                "auth.none and auth.oidc are both set, but one says that clients need no"
                        + " credentials: remove one of them");
        SettingChecks.refuseIf(
                tokenService != null && token != null,
                "auth.tokenservice and auth.token are both set, but clients can be sent to one"
                        + " service only: remove one of them");
        SettingChecks.refuseIf(
                none != null && robots.enabled(),
                "auth.none and auth.robots.enabled are both set, but one says that clients need no"
                        + " credentials: remove one of them");
        SettingChecks.refuseIf(
                tokenService != null && htpasswd == null && oidc.isEmpty() && !robots.enabled(),
                "auth.tokenservice is set, but nothing that it can check passwords with: set"
                        + " auth.htpasswd, auth.oidc or auth.robots.enabled, too");
        oidc = Map.copyOf(oidc);
        requireDistinct(oidc);
    }

    /** A name stands before the names of workloads; an issuer says which of the names it is. */
    private static void requireDistinct(Map<String, OidcSettings> oidc) {
        Set<String> issuers = new HashSet<>();
        oidc.forEach(
                (name, settings) -> {
                    SettingChecks.require(
                            name.matches("[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?"),
                            "auth.oidc",
                            name,
                            "names of 1 to 40 letters, digits and hyphens");
                    SettingChecks.require(
                            !RESERVED.contains(name),
                            "auth.oidc",
                            name,
                            "other names than user, group and robot, which stand before names in"
                                    + " the policy file, too");
                    SettingChecks.refuseIf(
                            !issuers.add(settings.issuer()),
                            "auth.oidc has the issuer "
                                    + settings.issuer()
                                    + " twice: remove one of them");
                });
    }

    /** Whether clients have to authenticate. */
    public boolean isOn() {
        return htpasswd != null
                || token != null
                || !oidc.isEmpty()
                || robots.enabled()
                || certificate != null;
    }
}
