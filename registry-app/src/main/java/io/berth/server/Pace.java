package io.berth.server;

import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * Whether a client moves enough bytes in the time that the server waits for it. Time in which the
 * server does something else is not the client's, and a fast client costs no look at the clock. For
 * one thread at a time.
 */
final class Pace {

    private final long patienceNanos;
    private final long leastBytes;

    private long waitsSince;
    private long waitedNanos;
    private long bytes;

    /** Written last and read first: the other fields are then at least as recent. */
    private volatile boolean waits;

    /**
     * @param patience for how much waiting together {@code leastBytes} are expected
     * @param leastBytes 0: everything is fast enough
     */
    Pace(Duration patience, long leastBytes) {
        this.patienceNanos = patience.toNanos();
        this.leastBytes = leastBytes;
    }

    /** Forgets what was before. */
    void restart() {
        waitedNanos = 0;
        bytes = 0;
        waits = false;
    }

    /**
     * @param count bytes that were moved; 0: the server is going to wait
     * @throws SocketTimeoutException when the client was too slow
     */
    void moved(int count) throws SocketTimeoutException {
        moved(count, waits || count == 0 ? System.nanoTime() : 0);
    }

    void moved(int count, long now) throws SocketTimeoutException {
        if (waits) {
            waitedNanos += now - waitsSince;
        }
        waitsSince = now;
        bytes += count;
        if (waitedNanos >= patienceNanos) {
            if (bytes < leastBytes) {
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
     * Bytes a second of waiting, for any thread; an estimate, and far too many while the server
     * waits for less than {@code atLeast} or does not wait.
     */
    double rate(Duration atLeast) {
        if (!waits) {
            return Double.MAX_VALUE;
        }
        long waited = waitedNanos + System.nanoTime() - waitsSince;
        return waited >= atLeast.toNanos() ? bytes * 1e9 / waited : Double.MAX_VALUE;
    }
}
