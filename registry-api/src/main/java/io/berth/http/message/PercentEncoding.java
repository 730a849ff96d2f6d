package io.berth.http.message;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Percent-encoding as in RFC 3986, section 2.1. Strict: what is not well-formed is refused, never
 * passed on as it is or repaired.
 */
public final class PercentEncoding {

    private static final String HEX = "0123456789ABCDEF";
    private static final String UNRESERVED = "-._~";

    private PercentEncoding() {}

    /**
     * Decodes a path. Every name of the protocol is printable ASCII, so nothing else may hide in an
     * encoded character, least of all a slash: it would give a name other components than were
     * written.
     *
     * @throws RegistryException REQUEST_INVALID
     */
    public static String decodePath(String raw) {
        if (raw.indexOf('%') < 0) {
            return raw;
        }
        StringBuilder path = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                c = (char) octet(raw, i);
                if (c <= ' ' || c >= 0x7f || c == '/') {
                    throw malformed("the path holds an encoded character that it must not hold");
                }
                i += 2;
            }
            path.append(c);
        }
        return path.toString();
    }

    /**
     * Decodes part of a query, where a plus sign stands for a space.
     *
     * @throws RegistryException REQUEST_INVALID also for control characters and bytes that are not
     *     UTF-8
     */
    static String decodeQuery(String raw) {
        ByteBuffer octets = ByteBuffer.allocate(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            int c = raw.charAt(i);
            if (c == '%') {
                c = octet(raw, i);
                i += 2;
            } else if (c == '+') {
                c = ' ';
            } else if (c > 0x7f) {
                throw malformed("the query holds a character that must be encoded");
            }
            if (c < ' ' || c == 0x7f) {
                throw malformed("the query holds a control character");
            }
            octets.put((byte) c);
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(octets.flip()).toString();
        } catch (CharacterCodingException e) {
            throw malformed("the query is not UTF-8");
        }
    }

    /** Encodes a value so that it can stand in a query. */
    public static String encode(String value) {
        StringBuilder encoded = new StringBuilder(value.length() + 16);
        for (byte octet : value.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xff);
            boolean plain =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || UNRESERVED.indexOf(c) >= 0;
            if (plain) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xf));
            }
        }
        return encoded.toString();
    }

    private static int octet(String raw, int at) {
        if (at + 2 < raw.length()) {
            int high = Character.digit(raw.charAt(at + 1), 16);
            int low = Character.digit(raw.charAt(at + 2), 16);
            if (high >= 0 && low >= 0 && raw.charAt(at + 1) < 0x80 && raw.charAt(at + 2) < 0x80) {
                return high << 4 | low;
            }
        }
        throw malformed("a percent sign is not followed by two hexadecimal digits");
    }

    private static RegistryException malformed(String why) {
        return new RegistryException(
                ErrorCode.REQUEST_INVALID, ErrorCode.REQUEST_INVALID.message(), why);
    }
}
