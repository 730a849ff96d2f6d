package io.berth.server;

import java.nio.ByteBuffer;

/** Finds where the header of a request ends. No state. */
final class HeaderEnd {

    private HeaderEnd() {}

    /**
     * @param bytes from the beginning of the header, whatever the buffer's position is
     * @param from where to look for the end; what is before has been looked at, but for three bytes
     * @return the index behind the empty line that ends the header; -1: it is not there yet. Empty
     *     lines before the first one with content end nothing.
     */
    static int find(ByteBuffer bytes, int length, int from) {
        int start = 0;
        while (start < length && (bytes.get(start) == '\r' || bytes.get(start) == '\n')) {
            start++;
        }
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
}
