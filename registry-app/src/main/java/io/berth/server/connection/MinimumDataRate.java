package io.berth.server.connection;

import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * Checks that a client transfers a minimum of bytes in each window of waiting time. Time in which
 * the server does something else does not count, and for a fast client the clock is not read. For
 * one thread at a time, except {@link #rate}.
 */
final class MinimumDataRate {

    private final long windowNanos;
    private final long minBytes;

    private long waitsSince;
    private long waitedNanos;
    private long bytes;

    /** Written last and read first: the other fields are then at least as recent. */
    private volatile boolean waits;

    /**
     * @param window of waiting, in sum, for which {@code minBytes} are expected
     * @param minBytes 0: no minimum
     */
    MinimumDataRate(Duration window, long minBytes) {
        this.windowNanos = window.toNanos();
        this.minBytes = minBytes;
    }

    /** Begins a new window. */
    void reset() {
        waitedNanos = 0;
        bytes = 0;
        waits = false;
    }

    /**
     * Notes a read or a write.
     *
     * @param count bytes that were transferred; 0: the server is going to wait
     * @throws SocketTimeoutException when the window has ended with less than the minimum
     */
    void transferred(int count) throws SocketTimeoutException {
        transferred(count, waits || count == 0 ? System.nanoTime() : 0);
    }

    void transferred(int count, long now) throws SocketTimeoutException {
        if (waits) {
            waitedNanos += now - waitsSince;
        }
        waitsSince = now;
        bytes += count;
        if (waitedNanos >= windowNanos) {
            if (bytes < minBytes) {
                throw new SocketTimeoutException(
                        "%d bytes in %d s of waiting"
                                .formatted(bytes, waitedNanos / 1_000_000_000));
            }
            waitedNanos = 0;
            bytes = 0;
        }
        waits = count == 0;
    }

    /**
     * Bytes per second of waiting, estimated; {@link Double#MAX_VALUE} where the server does not
     * wait, or has waited for less than {@code atLeast}. For any thread.
     */
    double rate(Duration atLeast) {
        if (!waits) {
            return Double.MAX_VALUE;
        }
        long waited = waitedNanos + System.nanoTime() - waitsSince;
        return waited >= atLeast.toNanos() ? bytes * 1e9 / waited : Double.MAX_VALUE;
    }
}
