package io.berth.storage.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.ToIntFunction;

/**
 * Caches that something exists, so that a list of thousands of items need not check each of them
 * every time. A removal by this process is seen at once, one by another process when the entry has
 * expired. Absence is not cached. Safe for use by many threads.
 *
 * @param <T> identifies what exists
 */
public final class ExistenceCache<T> {

    private final boolean remembers;
    private final Cache<T, Boolean> seen;

    /**
     * @param trust how long an entry is valid; zero: nothing is cached
     * @param bytes memory of all entries
     * @param weigher bytes of an entry
     */
    public ExistenceCache(Duration trust, long bytes, ToIntFunction<T> weigher) {
        this(trust, bytes, weigher, Ticker.systemTicker());
    }

    public ExistenceCache(Duration trust, long bytes, ToIntFunction<T> weigher, Ticker ticker) {
        this.remembers = !trust.isZero();
        this.seen =
                Caches.builder(bytes, (T thing, Boolean there) -> weigher.applyAsInt(thing))
                        .expireAfterWrite(trust)
                        .ticker(ticker)
                        .build();
    }

    /**
     * Whether something exists.
     *
     * @param look asks the store; called where there is no entry
     */
    @SuppressWarnings("NullAway") // by null the function says that there is nothing to cache
    public boolean isThere(T thing, BooleanSupplier look) {
        if (!remembers) {
            return look.getAsBoolean();
        }
        // The look runs under the lock of the map: a removal meanwhile waits for it in remove(),
        // so no entry is left of something that was removed.
        return seen.get(thing, key -> look.getAsBoolean() ? true : null) != null;
    }

    /** To be called after something was removed from the store. */
    public void remove(T thing) {
        seen.asMap().remove(thing);
    }
}
