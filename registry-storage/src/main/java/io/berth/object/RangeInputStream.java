package io.berth.object;

import java.io.IOException;
import java.io.InputStream;

/**
 * A stream of a known number of bytes, which ends early only with an exception. Subclasses read the
 * bytes; this class counts them. For one thread.
 */
public abstract class RangeInputStream extends InputStream {

    private long left;

    /**
     * @param length bytes of the stream
     */
    protected RangeInputStream(long length) {
        this.left = length;
    }

    /** Number of bytes that are not read yet. */
    protected final long left() {
        return left;
    }

    /**
     * Reads some of the bytes that are left.
     *
     * @param length 1 or more, and at most {@link #left}
     * @return number of bytes read: 1 or more
     * @throws java.io.EOFException when the source ends although bytes are left
     */
    protected abstract int readSome(byte[] buffer, int offset, int length) throws IOException;

    @Override
    public final int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public final int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (left == 0) {
            return -1;
        }
        int count = readSome(buffer, offset, (int) Math.min(length, left));
        left -= count;
        return count;
    }

    /**
     * Skips bytes without reading them.
     *
     * @return number of bytes skipped, as of {@link InputStream#skip}
     */
    protected final long skipUnread(long count) {
        long skipped = Math.clamp(count, 0, left);
        left -= skipped;
        return skipped;
    }
}
