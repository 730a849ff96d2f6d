package io.berth.http.access;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Enumeration;

/**
 * What a request has in {@code Authorization} (RFC 9110, section 11.6.2). Credentials are taken
 * from nowhere else. Their texts do not show secrets.
 */
public sealed interface Credentials {

    /** There are none. */
    record None() implements Credentials {}

    /**
     * A name and a password (RFC 7617), in UTF-8. Neither is checked; both may be empty.
     *
     * @param user without a colon
     */
    record Basic(String user, String password) implements Credentials {

        @Override
        public String toString() {
            return "Basic[user=" + user + "]";
        }
    }

    /** A token (RFC 6750), unchecked. */
    record Bearer(String token) implements Credentials {

        @Override
        public String toString() {
            return "Bearer[]";
        }
    }

    /** Credentials that are malformed, of an unknown scheme, or sent more than once. */
    record Malformed() implements Credentials {}

    /** The credentials of a request. */
    static Credentials of(HttpServletRequest request) {
        Enumeration<String> headers = request.getHeaders("Authorization");
        if (headers == null || !headers.hasMoreElements()) {
            return new None();
        }
        String header = headers.nextElement().strip();
        if (headers.hasMoreElements()) {
            return new Malformed();
        }
        int blank = header.indexOf(' ');
        if (blank < 0) {
            return new Malformed();
        }
        String scheme = header.substring(0, blank);
        String value = header.substring(blank + 1).strip();
        if (scheme.equalsIgnoreCase("Basic")) {
            return basic(value);
        }
        return scheme.equalsIgnoreCase("Bearer") && !value.isEmpty()
                ? new Bearer(value)
                : new Malformed();
    }

    private static Credentials basic(String encoded) {
        String text;
        try {
            byte[] decoded = Base64.getDecoder().decode(encoded);
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(decoded)).toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return new Malformed();
        }
        int colon = text.indexOf(':');
        return colon < 0
                ? new Malformed()
                : new Basic(text.substring(0, colon), text.substring(colon + 1));
    }
}
