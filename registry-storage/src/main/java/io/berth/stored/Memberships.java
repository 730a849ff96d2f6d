package io.berth.stored;

import com.github.benmanes.caffeine.cache.Cache;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import java.time.Duration;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * Remembers for a short while what a repository was seen to hold, where asking again would take a
 * round trip. Another replica may have deleted it since: who remembers says so for as long as the
 * time set, and no longer. Never the reason to believe that content is stored.
 *
 * @param <T> what is known about it
 */
final class Memberships<T> {

    private record Key(RepositoryName repository, Digest digest) {

        int weight() {
            return Caches.OBJECT + Caches.weight(repository) + Caches.weight(digest);
        }
    }

    private final boolean remembers;
    private final Cache<Key, T> seen;

    /**
     * @param trust how long; zero: nothing is remembered
     * @param bytes of memory that all may take
     * @param weigher bytes that what is known about one takes
     */
    Memberships(Duration trust, long bytes, ToIntFunction<T> weigher) {
        this.remembers = !trust.isZero();
        this.seen =
                Caches.builder(
                                bytes,
                                (Key key, T known) -> key.weight() + weigher.applyAsInt(known))
                        .expireAfterWrite(trust)
                        .build();
    }

    Optional<T> get(RepositoryName repository, Digest digest) {
        return remembers
                ? Optional.ofNullable(seen.getIfPresent(new Key(repository, digest)))
                : Optional.empty();
    }

    void put(RepositoryName repository, Digest digest, T known) {
        if (remembers) {
            seen.put(new Key(repository, digest), known);
        }
    }

    void remove(RepositoryName repository, Digest digest) {
        seen.invalidate(new Key(repository, digest));
    }
}
