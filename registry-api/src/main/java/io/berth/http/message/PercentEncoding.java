package io.berth.http.message;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Percent-encoding as in RFC 3986, section 2.1. What is not well-formed is never repaired. */
public final class PercentEncoding {

    private static final String HEX = "0123456789ABCDEF";
    private static final String UNRESERVED = "-._~";

    private PercentEncoding() {}

    /**
     * Decodes a path, once. Every name of the protocol is printable ASCII, so everything else is
     * left as it is written: a percent sign that is not followed by two hexadecimal digits, and the
     * encoding of a control character, of a blank, or of anything beyond ASCII. No name of the
     * protocol may hold a percent sign, so the grammar of the name refuses it, with its own error.
     * For the same reason a name that is encoded twice is refused.
     */
    public static String decodePath(String raw) {
        if (raw.indexOf('%') < 0) {
            return raw;
        }
        StringBuilder path = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            int octet = raw.charAt(i) == '%' ? octet(raw, i) : -1;
            if (octet > ' ' && octet < 0x7f) {
                path.append((char) octet);
                i += 2;
            } else {
                path.append(raw.charAt(i));
            }
        }
        return path.toString();
    }

    /**
     * Decodes part of a query.
     *
     * @return {@code null} when it is not well-formed, holds a control character, or is not UTF-8
     */
    static @Nullable String decode(String raw) {
        ByteBuffer octets = ByteBuffer.allocate(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            int c = raw.charAt(i);
            if (c == '%') {
                c = octet(raw, i);
                i += 2;
            } else if (c > 0x7f) {
                return null;
            }
            if (c < ' ' || c == 0x7f) {
                return null;
            }
            octets.put((byte) c);
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(octets.flip()).toString();
        } catch (CharacterCodingException e) {
            return null;
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

    /** The octet encoded at a percent sign; negative when that is not well-formed. */
    private static int octet(String raw, int at) {
        if (at + 2 >= raw.length()) {
            return -1;
        }
        int high = digit(raw.charAt(at + 1));
        int low = digit(raw.charAt(at + 2));
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private static int digit(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }
}
