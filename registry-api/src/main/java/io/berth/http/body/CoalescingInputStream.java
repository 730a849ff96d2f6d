package io.berth.http.body;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * The body of an upload, with small reads coalesced into larger ones. A client that compresses
 * while it sends delivers some KiB at a time; waiting for each piece costs the server more than
 * storing it. So when all bytes that have arrived are read, this stream sleeps before the next
 * read, which then finds more.
 *
 * <p>Fast clients must not be slowed down: while a connection's buffer is full, a sleep is lost
 * time. So after a sleep in which many bytes have arrived, the next sleep is shorter; after the
 * shortest, this stream does not sleep for a number of bytes that doubles each time. A fast upload
 * of any length loses some milliseconds only.
 *
 * <p>For one thread, as the stream that is read.
 */
public final class CoalescingInputStream extends InputStream {

    /**
     * Bytes before the first sleep: most uploads are shorter, and the socket buffer of a longer one
     * has grown by then.
     */
    private static final long UNDELAYED_BYTES = 1024 * 1024;

    /** Bytes that one read of a connection returns at the most. */
    static final int READ_BUFFER_BYTES = 32 * 1024;

    /**
     * Bytes of a full read; fewer mean that nothing is left in the socket. Allows for the headers
     * of chunks, unless a client sends less than 200 bytes in each.
     */
    private static final int FULL_READ_BYTES = READ_BUFFER_BYTES - 1024;

    private static final long SHORTEST_NANOS = 500_000;
    private static final long LONGEST_NANOS = 4_000_000;

    /**
     * Bytes that arrive in a sleep from a fast client: less than a socket buffer has grown to by
     * then. Where a system keeps the buffer below this, a fast upload is limited to one buffer for
     * each sleep: 16 MB per second with 64 KiB, at least 32 MB per second with more. A lower
     * threshold was measured and is worse: shorter sleeps cost more than they save.
     */
    private static final long FAST_BYTES = 256 * 1024;

    /** If fewer bytes arrive in a sleep, the next sleep is longer. */
    private static final long SLOW_BYTES = 64 * 1024;

    private final InputStream body;
    private final long length;
    private final LongConsumer sleep;

    private long read;

    /** Bytes of the body that were read before the last read of the connection. */
    private long readBefore;

    /** Bytes of the body that were read before the last sleep. */
    private long sleptAt;

    /** Bytes of the body before which there is no sleep. */
    private long sleepsFrom = UNDELAYED_BYTES;

    /** Bytes without a sleep when the shortest sleep is still too long. */
    private long sleeplessBytes = UNDELAYED_BYTES;

    private long sleepNanos = LONGEST_NANOS / 2;

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
            long given = read - readBefore;
            readBefore = read;
            if (given > 0 && given < FULL_READ_BYTES) {
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
        return read - readBefore < FULL_READ_BYTES ? 0 : 1;
    }

    private void sleepIfDue() {
        if (sleptAt >= sleepsFrom) {
            adapt(read - sleptAt);
        }
        if (read >= sleepsFrom) {
            sleptAt = read;
            sleep.accept(sleepNanos);
        }
    }

    /**
     * Adapts the length of the next sleep.
     *
     * @param arrived bytes read since the last sleep
     */
    private void adapt(long arrived) {
        if (arrived < SLOW_BYTES) {
            sleepNanos = Math.min(2 * sleepNanos, LONGEST_NANOS);
        } else if (arrived >= FAST_BYTES && sleepNanos > SHORTEST_NANOS) {
            sleepNanos = Math.max(sleepNanos / 2, SHORTEST_NANOS);
        } else if (arrived >= FAST_BYTES) {
            sleepsFrom = read + sleeplessBytes;
            sleeplessBytes *= 2;
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }
}
