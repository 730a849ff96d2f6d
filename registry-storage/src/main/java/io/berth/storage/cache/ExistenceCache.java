package io.berth.storage.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.ToIntFunction;

/**
 * Things that were seen to be there, so that a list of thousands need not look for each of them
 * every time. What this process takes away is known at once, what another one does only when the
 * time set has passed. What was not there is looked for again, and so is what no longer fits into
 * the memory set aside for this.
 *
 * @param <T> what is seen
 */
public final class ExistenceCache<T> {

    private final boolean remembers;
    private final Cache<T, Boolean> seen;

    /**
     * @param trust how long; zero: nothing is remembered
     * @param bytes of memory that all may take
     * @param weigher bytes that one takes
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
     * @param look asked where it was not seen lately
     */
    @SuppressWarnings("NullAway") // by null the function says that there is nothing to remember
    public boolean isThere(T thing, BooleanSupplier look) {
        if (!remembers) {
            return look.getAsBoolean();
        }
        // Looked for under the lock of the map: who takes the thing away meanwhile waits for the
        // look to end before the sighting is dropped, so none is left of what is gone.
        return seen.get(thing, key -> look.getAsBoolean() ? true : null) != null;
    }

    /** To be called when it has been taken away. */
    public void gone(T thing) {
        seen.asMap().remove(thing);
    }
}
