package io.berth.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * The body of an upload, taken in larger pieces than it arrives in. A client that compresses while
 * it sends delivers some KiB at a time; to wait for each of them costs the server more than to
 * store them. So where all that had come is taken, this sleeps before it waits, and finds more.
 *
 * <p>Who sends fast must not be slowed down: a sleep while a connection's buffer is full is time
 * lost. A sleep after which much has come is therefore shortened, and at its shortest left out for
 * a while, each time for twice as many bytes: what a fast upload loses is some milliseconds,
 * however long it is.
 *
 * <p>For one thread, as the stream behind it.
 */
final class GatheredBody extends InputStream {

    /** Bytes before the first sleep: most uploads are over, and buffers of others have grown. */
    private static final long HEAD = 1024 * 1024;

    /**
     * What a connection gives at once if it has that much; less, and nothing is left. The headers
     * of chunks go off, more than allowed for here where a client sends less than 200 bytes in one.
     */
    private static final int FULL = RegistryApi.READ_BUFFER_BYTES - 1024;

    private static final long SHORTEST_NANOS = 500_000;
    private static final long LONGEST_NANOS = 4_000_000;

    /**
     * Less than a connection's buffer has grown to by then. Where a system keeps it below this, a
     * fast upload gets no more than the buffer in a sleep: 16 MB a second with 64 KiB, at least 32
     * with more. A lower limit was tried: sleeps after which less comes cost more than they save.
     */
    private static final long MUCH = 256 * 1024;

    private static final long LITTLE = 64 * 1024;

    private final InputStream body;
    private final long length;
    private final LongConsumer sleep;

    private long read;

    /** Bytes read when the connection was last asked for more. */
    private long asked;

    /** Bytes read when it slept last. */
    private long sleptAt;

    private long sleepsFrom = HEAD;
    private long leftOut = HEAD;
    private long nanos = LONGEST_NANOS / 2;

    /**
     * @param body whose {@code available} is zero when a read has to ask the connection
     * @param length bytes it has; negative: not known
     */
    GatheredBody(InputStream body, long length) {
        this(body, length, LockSupport::parkNanos);
    }

    /**
     * @param sleep for so many nanoseconds
     */
    GatheredBody(InputStream body, long length, LongConsumer sleep) {
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
                gather();
            }
        }
        int bytes = body.read(buffer, offset, count);
        read += Math.max(bytes, 0);
        return bytes;
    }

    /**
     * Zero when the next read may wait for the client: all that had come is taken, and it was less
     * than a connection gives at once. Where it was as much, there is probably more.
     */
    @Override
    public int available() throws IOException {
        int there = body.available();
        if (there > 0 || read == length) {
            return there;
        }
        return read - asked < FULL ? 0 : 1;
    }

    private void gather() {
        if (sleptAt >= sleepsFrom) {
            learn(read - sleptAt);
        }
        if (read >= sleepsFrom) {
            sleptAt = read;
            sleep.accept(nanos);
        }
    }

    /**
     * @param come bytes since the last sleep
     */
    private void learn(long come) {
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
