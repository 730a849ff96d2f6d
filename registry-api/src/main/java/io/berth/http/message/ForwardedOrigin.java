package io.berth.http.message;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Scheme and host under which a client knows the server, as the proxy nearest to the client reports
 * them.
 *
 * @param scheme {@code null} when it is not reported
 * @param host with the port if there is one; {@code null} when it is not reported
 */
public record ForwardedOrigin(@Nullable String scheme, @Nullable String host) {

    /**
     * The first element of {@code Forwarded} (RFC 7239), or of {@code X-Forwarded-Proto} and {@code
     * X-Forwarded-Host} where that is missing. Values that are no scheme or host are taken as not
     * reported.
     */
    public static ForwardedOrigin of(
            @Nullable String forwarded, @Nullable String proto, @Nullable String host) {
        if (forwarded == null) {
            return new ForwardedOrigin(scheme(first(proto)), authority(first(host)));
        }
        String forwardedProto = null;
        String forwardedHost = null;
        for (String pair : forwarded.split(",", 2)[0].split(";", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                String value = unquoted(pair.substring(equals + 1).strip());
                switch (pair.substring(0, equals).strip().toLowerCase(Locale.ROOT)) {
                    case "proto" -> forwardedProto = value;
                    case "host" -> forwardedHost = value;
                    default -> {} // by and for do not matter here
                }
            }
        }
        return new ForwardedOrigin(scheme(forwardedProto), authority(forwardedHost));
    }

    private static @Nullable String first(@Nullable String list) {
        return list == null ? null : list.split(",", 2)[0].strip();
    }

    private static String unquoted(String value) {
        return value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")
                ? value.substring(1, value.length() - 1)
                : value;
    }

    private static @Nullable String scheme(@Nullable String value) {
        if (value == null) {
            return null;
        }
        String scheme = value.toLowerCase(Locale.ROOT);
        return scheme.equals("http") || scheme.equals("https") ? scheme : null;
    }

    private static @Nullable String authority(@Nullable String value) {
        if (value == null || value.isEmpty()) {
            return null;
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean plain =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || "-._~:[]".indexOf(c) >= 0;
            if (!plain) {
                return null;
            }
        }
        return value;
    }
}
