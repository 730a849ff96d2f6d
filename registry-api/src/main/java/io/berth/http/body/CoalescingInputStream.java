package io.berth.http.body;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * The body of an upload, with small reads coalesced into larger ones. A client that compresses
 * while it sends delivers some KiB at a time; waiting for each of them costs the server more than
 * storing them. So where all that has come is read, this sleeps before the next read, which then
 * finds more.
 *
 * <p>Fast clients must not be slowed down: while a connection's buffer is full, a sleep is lost
 * time. A sleep after which much has come is therefore shortened, and the shortest is left out for
 * a while, each time for twice as many bytes: a fast upload of any length loses some milliseconds
 * only.
 *
 * <p>For one thread, as the stream that is read.
 */
public final class CoalescingInputStream extends InputStream {

    /**
     * Bytes before the first sleep: most uploads are shorter, and socket buffers of others have
     * grown.
     */
    private static final long HEAD = 1024 * 1024;

    /** Bytes that one read of a connection returns at the most. */
    static final int READ_BUFFER_BYTES = 32 * 1024;

    /**
     * Bytes of a full read; fewer mean that nothing is left in the socket. Allows for the headers
     * of chunks, unless a client sends less than 200 bytes in each.
     */
    private static final int FULL = READ_BUFFER_BYTES - 1024;

    private static final long SHORTEST_NANOS = 500_000;
    private static final long LONGEST_NANOS = 4_000_000;

    /**
     * Bytes after a sleep that show a fast client: less than a socket buffer has grown to by then.
     * Where a system keeps the buffer below this, a fast upload is limited to one buffer for each
     * sleep: 16 MB per second with 64 KiB, at least 32 with more. A lower threshold was measured:
     * sleeps after which less comes cost more than they save.
     */
    private static final long MUCH = 256 * 1024;

    /** Bytes after a sleep below which the next one is longer. */
    private static final long LITTLE = 64 * 1024;

    private final InputStream body;
    private final long length;
    private final LongConsumer sleep;

    private long read;

    /** Bytes read when the connection was read last. */
    private long asked;

    /** Bytes read at the last sleep. */
    private long sleptAt;

    private long sleepsFrom = HEAD;
    private long leftOut = HEAD;
    private long nanos = LONGEST_NANOS / 2;

    /**
     * Reads a body.
     *
     * @param body its {@code available} is zero when the next read reads the connection
     * @param length bytes of the body; negative when unknown
     */
    public CoalescingInputStream(InputStream body, long length) {
        this(body, length, LockSupport::parkNanos);
    }

    /**
     * @param sleep sleeps for a number of nanoseconds
     */
    CoalescingInputStream(InputStream body, long length, LongConsumer sleep) {
        this.body = body;
        this.length = length;
        this.sleep = sleep;
    }

    @Override
    public int read(byte[] buffer, int offset, int count) throws IOException {
        if (read != length && body.available() == 0) {
            long given = read - asked;
            asked = read;
            if (given > 0 && given < FULL) {
                sleepIfDue();
            }
        }
        int bytes = body.read(buffer, offset, count);
        read += Math.max(bytes, 0);
        return bytes;
    }

    /**
     * Zero when the next read may wait for the client: the last read was not full, and all of it
     * was returned. After a full read there is probably more.
     */
    @Override
    public int available() throws IOException {
        int there = body.available();
        if (there > 0 || read == length) {
            return there;
        }
        return read - asked < FULL ? 0 : 1;
    }

    private void sleepIfDue() {
        if (sleptAt >= sleepsFrom) {
            adapt(read - sleptAt);
        }
        if (read >= sleepsFrom) {
            sleptAt = read;
            sleep.accept(nanos);
        }
    }

    /**
     * Adapts the sleeps.
     *
     * @param come bytes since the last sleep
     */
    private void adapt(long come) {
        if (come < LITTLE) {
            nanos = Math.min(2 * nanos, LONGEST_NANOS);
        } else if (come >= MUCH && nanos > SHORTEST_NANOS) {
            nanos = Math.max(nanos / 2, SHORTEST_NANOS);
        } else if (come >= MUCH) {
            sleepsFrom = read + leftOut;
            leftOut *= 2;
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }
}
