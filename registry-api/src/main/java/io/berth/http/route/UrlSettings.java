package io.berth.http.route;

import io.berth.setting.DefaultValue;
import io.berth.setting.SettingChecks;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Settings for the URLs of requests, and for those in {@code Location} and {@code Link} ({@code
 * http}).
 *
 * @param host the URL by which clients reach the registry, with the scheme and possibly a path; if
 *     set, every {@code Location} begins with it
 * @param relativeUrls whether, without a {@code host}, a {@code Location} is only a path, which
 *     works behind every proxy that does not change paths
 * @param trustForwarded whether {@code Forwarded} and {@code X-Forwarded-*} are trusted; safe only
 *     behind a proxy that sets them itself
 * @param prefix in front of {@code /v2/}: {@code /} or a path such as {@code /registry/}; kept
 *     without the slash at its end
 */
public record UrlSettings(
        @Nullable URI host,
        @DefaultValue("true") boolean relativeUrls,
        @DefaultValue("false") boolean trustForwarded,
        @DefaultValue("/") String prefix) {

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException with a message that names the setting
     */
    public UrlSettings {
        if (host != null) {
            SettingChecks.refuseIf(
                    host.toString().contains("@"),
                    "http.host holds a user or a password, which every client would see: remove them");
            SettingChecks.require(
                    isBase(host),
                    "http.host",
                    host,
                    "an address such as https://registry.example.com");
        }
        SettingChecks.require(
                prefix.matches("/|/[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*/?"),
                "http.prefix",
                prefix,
                "a path such as /registry/");
        prefix = prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
    }

    private static boolean isBase(URI host) {
        boolean http = "http".equals(host.getScheme()) || "https".equals(host.getScheme());
        return http
                && host.getHost() != null
                && host.getRawQuery() == null
                && host.getRawFragment() == null;
    }
}
