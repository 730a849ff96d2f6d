package io.berth.storage.cache;

import com.github.benmanes.caffeine.cache.Cache;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.ToIntFunction;

/**
 * Remembers for a short while what a repository was seen to hold, where asking again would take a
 * round trip. Another replica may have deleted it since: who remembers says so for as long as the
 * time set, and no longer. Never the reason to believe that content is stored.
 *
 * <p>What this process removes is forgotten at once. A read of the store that began before the
 * removal and ends after it must not be recorded. So the caller takes the count of removals before
 * it reads, and the result is recorded only if the count is the same then. Safe for use by many
 * threads.
 *
 * @param <T> what is known about it
 */
public final class MembershipCache<T> {

    /** A power of two. */
    private static final int STRIPES = 256;

    private record Key(RepositoryName repository, Digest digest) {

        int weight() {
            return Caches.OBJECT + Caches.weight(repository) + Caches.weight(digest);
        }
    }

    private final boolean remembers;
    private final Cache<Key, T> seen;

    /**
     * So that no count has to be kept for each key; a removal may discard what was seen of another
     * key.
     */
    private final AtomicLongArray removals = new AtomicLongArray(STRIPES);

    /**
     * @param trust how long; zero: nothing is remembered
     * @param bytes of memory that all may take
     * @param weigher bytes that what is known about one takes
     */
    public MembershipCache(Duration trust, long bytes, ToIntFunction<T> weigher) {
        this.remembers = !trust.isZero();
        this.seen =
                Caches.builder(
                                bytes,
                                (Key key, T known) -> key.weight() + weigher.applyAsInt(known))
                        .expireAfterWrite(trust)
                        .build();
    }

    public Optional<T> get(RepositoryName repository, Digest digest) {
        return remembers
                ? Optional.ofNullable(seen.getIfPresent(new Key(repository, digest)))
                : Optional.empty();
    }

    /** To be asked for before the store is asked, or told, what the repository holds. */
    public long removals(RepositoryName repository, Digest digest) {
        return removals.get(stripe(new Key(repository, digest)));
    }

    /**
     * Records what was seen, unless something may have been taken away since.
     *
     * @param before what {@link #removals} gave before the look
     */
    @SuppressWarnings("NullAway") // by null the function says that there is nothing to remember
    public void put(RepositoryName repository, Digest digest, T known, long before) {
        if (!remembers) {
            return;
        }
        Key key = new Key(repository, digest);
        // Compared under the lock of the map: a removal is counted before it takes that lock.
        seen.asMap()
                .compute(
                        key, (_, earlier) -> removals.get(stripe(key)) == before ? known : earlier);
    }

    /** To be called when it has been taken away, or may have been. */
    public void remove(RepositoryName repository, Digest digest) {
        Key key = new Key(repository, digest);
        removals.incrementAndGet(stripe(key));
        seen.asMap().remove(key);
    }

    private static int stripe(Key key) {
        int hash = key.hashCode();
        return (hash ^ (hash >>> 16)) & (STRIPES - 1);
    }
}
