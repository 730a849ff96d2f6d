package io.berth.auth.tokenservice;

import io.berth.setting.DefaultValue;
import io.berth.setting.GoDuration;
import io.berth.setting.SettingChecks;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that the registry issues itself ({@code auth.tokenservice}).
 *
 * @param service the name of this registry, which tokens are issued for
 * @param issuer what tokens have as their issuer
 * @param lifetime of a token
 * @param refreshLifetime of a refresh token, which takes the place of a password; 0: none are
 *     issued
 * @param rotation how long a key signs that the registry has made; 0: as long as its certificate is
 *     valid
 * @param certificate a PEM file with the certificate of {@code key}, and others that are trusted;
 *     {@code null}: the registry makes its keys, and keeps them with its content
 * @param key a PEM file with the private key that signs tokens
 */
public record TokenServiceSettings(
        @DefaultValue("") String service,
        @DefaultValue("berth") String issuer,
        @DefaultValue("5m") GoDuration lifetime,
        @DefaultValue("0") GoDuration refreshLifetime,
        @DefaultValue("2160h") GoDuration rotation,
        @Nullable Path certificate,
        @Nullable Path key) {

    /** Clients of docker take any token for valid for so long. */
    private static final Duration LEAST_LIFETIME = Duration.ofMinutes(1);

    private static final Duration MOST_LIFETIME = Duration.ofHours(1);
    private static final Duration LEAST_REFRESH_LIFETIME = Duration.ofHours(1);
    private static final Duration MOST_REFRESH_LIFETIME = Duration.ofDays(366);

    public TokenServiceSettings {
        SettingChecks.refuseIf(
                service.isEmpty(),
                "auth.tokenservice.service is not set, but auth.tokenservice is chosen: set the"
                        + " name of this registry, such as registry.example.com");
        requirePlain(service, "service");
        SettingChecks.require(
                !issuer.isEmpty(), "auth.tokenservice.issuer", issuer, "a name such as berth");
        requirePlain(issuer, "issuer");
        SettingChecks.require(
                isBetween(lifetime, LEAST_LIFETIME, MOST_LIFETIME),
                "auth.tokenservice.lifetime",
                lifetime,
                "1m to 1h");
        SettingChecks.require(
                refreshLifetime.duration().isZero()
                        || isBetween(
                                refreshLifetime, LEAST_REFRESH_LIFETIME, MOST_REFRESH_LIFETIME),
                "auth.tokenservice.refreshlifetime",
                refreshLifetime,
                "0, or 1h to 8784h");
        SettingChecks.require(
                rotation.duration().isZero()
                        || rotation.duration().compareTo(KeyRing.LEAST_ROTATION) >= 0,
                "auth.tokenservice.rotation",
                rotation,
                "0, or 48h or more");
        SettingChecks.refuseIf(
                (certificate == null) != (key == null),
                "Only one of auth.tokenservice.certificate and auth.tokenservice.key is set: set"
                        + " both, or none");
    }

    private static boolean isBetween(GoDuration value, Duration least, Duration most) {
        return value.duration().compareTo(least) >= 0 && value.duration().compareTo(most) <= 0;
    }

    /** Clients read the value of a challenge between quotation marks. */
    private static void requirePlain(String value, String name) {
        SettingChecks.require(
                value.chars().allMatch(c -> c >= 0x20 && c < 0x7f && c != '"' && c != '\\'),
                "auth.tokenservice." + name,
                value,
                "printable ASCII characters without quotation marks and backslashes");
    }

    /** Whether clients that ask for a refresh token get one. */
    boolean issuesRefreshTokens() {
        return !refreshLifetime.duration().isZero();
    }
}
