package io.berth.server;

import java.time.Duration;
import java.util.Objects;
import org.apache.tomcat.util.net.SendfileDataBase;
import org.jspecify.annotations.Nullable;

/**
 * Whether a client takes enough of the file that it is being sent. The kernel sends it, and no
 * thread waits for it, so that it is looked at from time to time. Safe for use by many threads.
 */
final class FilePace {

    private final long patienceNanos;
    private final long leastBytes;

    private @Nullable SendfileDataBase file;
    private long since;
    private long from;

    /**
     * @param patience in which {@code leastBytes} are expected
     * @param leastBytes 0: everything is fast enough
     */
    FilePace(Duration patience, long leastBytes) {
        this.patienceNanos = patience.toNanos();
        this.leastBytes = leastBytes;
    }

    /**
     * @param sent what is being sent; {@code null}: nothing
     * @param now nanoseconds
     */
    synchronized boolean isTooSlow(@Nullable SendfileDataBase sent, long now) {
        if (!goesOn(sent, now) || sent == null || now - since < patienceNanos) {
            return false;
        }
        boolean tooSlow = sent.pos - from < leastBytes;
        since = now;
        from = sent.pos;
        return tooSlow;
    }

    /** Bytes a second; far too many as long as nothing has been sent for {@code atLeast}. */
    synchronized double rate(@Nullable SendfileDataBase sent, long now, Duration atLeast) {
        return goesOn(sent, now) && sent != null && now - since >= atLeast.toNanos()
                ? (sent.pos - from) * 1e9 / (now - since)
                : Double.MAX_VALUE;
    }

    /** Whether it is the file that was sent when it was looked at before. */
    private boolean goesOn(@Nullable SendfileDataBase sent, long now) {
        boolean same = Objects.equals(sent, file);
        if (!same) {
            file = sent;
            since = now;
            from = sent == null ? 0 : sent.pos;
        }
        return same;
    }
}
