package io.berth.http.message;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Scheme and host under which a client knows the server, as the proxy nearest to the client reports
 * them. {@code X-Forwarded-Port} and {@code X-Forwarded-Prefix} are not read: proxies disagree on
 * what they mean, and a port belongs to the host.
 *
 * @param scheme {@code http} or {@code https}; {@code null} when it is not reported
 * @param host with the port if there is one, as {@link Authority} has it; {@code null} when it is
 *     not reported
 */
public record ForwardedOrigin(@Nullable String scheme, @Nullable String host) {

    private static final ForwardedOrigin NOT_REPORTED = new ForwardedOrigin(null, null);

    /**
     * The first element of {@code Forwarded} (RFC 7239), or of {@code X-Forwarded-Proto} and {@code
     * X-Forwarded-Host} where that is missing. Values that are no scheme or host are taken as not
     * reported, and so is a {@code Forwarded} whose first element is malformed.
     *
     * @param forwarded the first line of {@code Forwarded}; {@code null}: there is none. The other
     *     parameters are the first lines of their headers
     */
    public static ForwardedOrigin of(
            @Nullable String forwarded, @Nullable String proto, @Nullable String host) {
        if (forwarded == null) {
            return new ForwardedOrigin(scheme(first(proto)), authority(first(host)));
        }
        Map<String, String> pairs = new Element(forwarded).pairs();
        return pairs == null
                ? NOT_REPORTED
                : new ForwardedOrigin(scheme(pairs.get("proto")), authority(pairs.get("host")));
    }

    private static @Nullable String first(@Nullable String list) {
        return list == null ? null : list.split(",", 2)[0].strip();
    }

    private static @Nullable String scheme(@Nullable String value) {
        if (value == null) {
            return null;
        }
        String scheme = value.toLowerCase(Locale.ROOT);
        return scheme.equals("http") || scheme.equals("https") ? scheme : null;
    }

    private static @Nullable String authority(@Nullable String value) {
        return value != null && Authority.isValid(value) ? value : null;
    }

    /** Reads {@code name=value;name="value"} up to a comma (RFC 7239, section 4). */
    private static final class Element {

        private final String text;
        private int at;

        private Element(String text) {
            this.text = text;
        }

        /** By their names in lower case; {@code null} when it is malformed. */
        private @Nullable Map<String, String> pairs() {
            Map<String, String> pairs = new HashMap<>();
            while (true) {
                skipBlanks();
                String name = token();
                if (name.isEmpty() || !skip('=')) {
                    return null;
                }
                String value = at < text.length() && text.charAt(at) == '"' ? quoted() : token();
                if (value == null || pairs.put(name.toLowerCase(Locale.ROOT), value) != null) {
                    return null;
                }
                skipBlanks();
                if (at == text.length() || text.charAt(at) == ',') {
                    return pairs;
                }
                if (!skip(';')) {
                    return null;
                }
            }
        }

        private void skipBlanks() {
            while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
                at++;
            }
        }

        private boolean skip(char c) {
            if (at < text.length() && text.charAt(at) == c) {
                at++;
                return true;
            }
            return false;
        }

        /**
         * Reads up to a delimiter. Unlike a token of RFC 9110 it may hold colons and brackets:
         * proxies often leave out the quotes around a host that has them.
         */
        private String token() {
            int start = at;
            while (at < text.length() && " \t,;=\"".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return text.substring(start, at);
        }

        /** {@code null} when the closing quote is missing. */
        private @Nullable String quoted() {
            StringBuilder value = new StringBuilder();
            for (at++; at < text.length(); at++) {
                char c = text.charAt(at);
                if (c == '"') {
                    at++;
                    return value.toString();
                }
                if (c == '\\' && at + 1 < text.length()) {
                    at++;
                    c = text.charAt(at);
                }
                value.append(c);
            }
            return null;
        }
    }
}
