package io.berth.server.connection;

import java.time.Duration;
import java.util.Objects;
import org.apache.tomcat.util.net.SendfileDataBase;
import org.jspecify.annotations.Nullable;

/**
 * Checks that a client receives a minimum of bytes of a file in each window of time. The kernel
 * sends the file without a thread, so the caller checks the progress at intervals. Safe for use by
 * many threads.
 */
final class SendfileDataRate {

    private final long windowNanos;
    private final long minBytes;

    private @Nullable SendfileDataBase file;
    private long since;
    private long from;

    /**
     * @param window in which {@code minBytes} are expected
     * @param minBytes 0: no minimum
     */
    SendfileDataRate(Duration window, long minBytes) {
        this.windowNanos = window.toNanos();
        this.minBytes = minBytes;
    }

    /**
     * Whether a window has ended with less than the minimum.
     *
     * @param sent the file that is being sent; {@code null} when there is none
     * @param now as {@link System#nanoTime}
     */
    synchronized boolean isTooSlow(@Nullable SendfileDataBase sent, long now) {
        if (!continues(sent, now) || sent == null || now - since < windowNanos) {
            return false;
        }
        boolean tooSlow = sent.pos - from < minBytes;
        since = now;
        from = sent.pos;
        return tooSlow;
    }

    /**
     * Bytes per second; {@link Double#MAX_VALUE} where the file has been sent for less than {@code
     * atLeast}.
     */
    synchronized double rate(@Nullable SendfileDataBase sent, long now, Duration atLeast) {
        return continues(sent, now) && sent != null && now - since >= atLeast.toNanos()
                ? (sent.pos - from) * 1e9 / (now - since)
                : Double.MAX_VALUE;
    }

    /** Whether it is the same file as before; otherwise, begins a new window. */
    private boolean continues(@Nullable SendfileDataBase sent, long now) {
        boolean same = Objects.equals(sent, file);
        if (!same) {
            file = sent;
            since = now;
            from = sent == null ? 0 : sent.pos;
        }
        return same;
    }
}
