package io.berth.server;

import java.nio.ByteBuffer;

/** Finds where the header of a request ends, or that there is none. No state. */
final class HeaderEnd {

    private HeaderEnd() {}

    /**
     * @param bytes from the beginning of the header, whatever the buffer's position is
     * @param from where to look for the end; what is before has been looked at, but for three bytes
     * @return the index behind the empty line that ends the header; -1: it is not there yet. Empty
     *     lines before the first one with content end nothing.
     */
    static int find(ByteBuffer bytes, int length, int from) {
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
     * Whether no request can begin so (RFC 9110, 5.6.2: a method is a token), such as a client's
     * first message of TLS.
     */
    static boolean isNoRequest(ByteBuffer bytes, int length) {
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
