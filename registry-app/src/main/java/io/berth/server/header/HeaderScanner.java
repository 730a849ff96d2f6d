package io.berth.server.header;

import java.nio.ByteBuffer;

/** Finds the end of the header of a request in its bytes. No state. */
public final class HeaderScanner {

    private HeaderScanner() {}

    /**
     * Finds the empty line that ends a header. Empty lines before the request line are skipped.
     *
     * @param bytes from the beginning of the header; the buffer's position is ignored
     * @param length bytes of the header that have arrived
     * @param from index from which to search: where the last search ended, less three bytes
     * @return the index after the empty line; -1 when the header is not complete
     */
    public static int findEnd(ByteBuffer bytes, int length, int from) {
        int start = start(bytes, length);
        for (int at = Math.max(start, from); at < length; at++) {
            if (bytes.get(at) != '\n') {
                continue;
            }
            int next = at + 1 < length && bytes.get(at + 1) == '\r' ? at + 2 : at + 1;
            if (next < length && bytes.get(next) == '\n') {
                return next + 1;
            }
        }
        return -1;
    }

    /**
     * Whether the bytes cannot be the beginning of a request, such as those of TLS (RFC 9110,
     * section 5.6.2: a method is a token).
     */
    public static boolean isNotHttp(ByteBuffer bytes, int length) {
        int start = start(bytes, length);
        return start < length && !isTokenCharacter(bytes.get(start));
    }

    private static boolean isTokenCharacter(byte b) {
        return (b >= '0' && b <= '9')
                || (b >= 'A' && b <= 'Z')
                || (b >= 'a' && b <= 'z')
                || "!#$%&'*+-.^_`|~".indexOf(b) >= 0;
    }

    private static int start(ByteBuffer bytes, int length) {
        int start = 0;
        while (start < length && (bytes.get(start) == '\r' || bytes.get(start) == '\n')) {
            start++;
        }
        return start;
    }
}
