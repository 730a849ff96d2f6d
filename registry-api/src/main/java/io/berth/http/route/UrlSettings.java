package io.berth.http.route;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Settings for the URLs of requests, and for those in {@code Location} and {@code Link}.
 *
 * @param host the URL by which clients reach the registry, with the scheme and possibly a path; if
 *     set, every {@code Location} begins with it
 * @param relative whether, without a {@code host}, a {@code Location} is only a path, which works
 *     behind every proxy that does not change paths
 * @param trustForwarded whether {@code Forwarded} and {@code X-Forwarded-*} are trusted; safe only
 *     behind a proxy that sets them itself
 * @param prefix in front of {@code /v2/}: empty, or a path that begins with a slash and does not
 *     end with one
 */
public record UrlSettings(
        @Nullable URI host, boolean relative, boolean trustForwarded, String prefix) {

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException with a message that names the setting
     */
    public UrlSettings {
        if (host != null && (host.getScheme() == null || host.getRawAuthority() == null)) {
            throw new IllegalArgumentException(
                    "host is a URL such as https://registry.example.com, not " + host);
        }
        if (!prefix.isEmpty() && (!prefix.startsWith("/") || prefix.endsWith("/"))) {
            throw new IllegalArgumentException(
                    "prefix begins with a slash and ends without one, unlike " + prefix);
        }
    }
}
