package io.berth.object.s3.staging;

import io.berth.object.ObjectKey;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Caches the tails of staged objects whose handles are closed, so that the next handle in this
 * process need not read their bytes again. A tail is found only with the state that it belongs to.
 * The oldest tails are dropped when there are more than {@value #MAX_TAILS}, or more than {@value
 * #MAX_BYTES} bytes. Thread-safe.
 */
public final class TailCache implements AutoCloseable {

    static final int MAX_TAILS = 64;
    static final long MAX_BYTES = 256L << 20;

    /**
     * A tail of a staged object.
     *
     * @param state of the staged object
     * @param fullEnd where the full pieces end; see {@link StagedPieces}
     */
    record CachedTail(String state, long fullEnd, Tail tail) {}

    private final Map<ObjectKey, CachedTail> tails = new LinkedHashMap<>();
    private long bytes;

    /** Adds a tail, which the cache closes. */
    synchronized void put(ObjectKey key, CachedTail cached) {
        drop(key);
        tails.put(key, cached);
        bytes += cached.tail().length();
        Iterator<CachedTail> oldest = tails.values().iterator();
        while (tails.size() > MAX_TAILS || bytes > MAX_BYTES) {
            CachedTail dropped = oldest.next();
            oldest.remove();
            close(dropped);
        }
    }

    /** Removes a tail, which the caller closes; {@code null} when there is none with this state. */
    synchronized @Nullable CachedTail take(ObjectKey key, String state) {
        CachedTail cached = tails.get(key);
        if (cached == null || !cached.state().equals(state)) {
            return null;
        }
        tails.remove(key);
        bytes -= cached.tail().length();
        return cached;
    }

    synchronized void drop(ObjectKey key) {
        close(tails.remove(key));
    }

    private void close(@Nullable CachedTail cached) {
        if (cached != null) {
            bytes -= cached.tail().length();
            cached.tail().close();
        }
    }

    @Override
    public synchronized void close() {
        tails.values().forEach(cached -> cached.tail().close());
        tails.clear();
        bytes = 0;
    }
}
