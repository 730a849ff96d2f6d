package io.berth.storage.cache;

import com.github.benmanes.caffeine.cache.Cache;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.ToIntFunction;

/**
 * Caches for a short time that a repository has a blob or manifest, where a request to the store
 * would take a round trip. After a delete by another replica an entry is wrong until it expires. An
 * entry is no evidence that content is stored.
 *
 * <p>A removal by this process removes the entry at once. A read of the store that began before the
 * removal and ends after it must not be recorded. So the caller takes the count of removals before
 * it reads, and the result is recorded only if the count is the same then. Safe for use by many
 * threads.
 *
 * @param <T> what is cached about the blob or manifest
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
     * Number of removals, striped so that there need not be a counter for each key. A removal may
     * therefore keep an entry of another key from being cached.
     */
    private final AtomicLongArray removals = new AtomicLongArray(STRIPES);

    /**
     * @param trust how long an entry is valid; zero: nothing is cached
     * @param bytes memory of all entries
     * @param weigher bytes of a value
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

    /** The count of removals, to be taken before the store is read or written. */
    public long removals(RepositoryName repository, Digest digest) {
        return removals.get(stripe(new Key(repository, digest)));
    }

    /**
     * Adds an entry, unless there may have been a removal since.
     *
     * @param before the {@link #removals} before the store was read or written
     */
    @SuppressWarnings("NullAway") // by null the function says that there is nothing to cache
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

    /** To be called when the link was removed, or may have been. */
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
