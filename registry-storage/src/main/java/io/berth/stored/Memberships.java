package io.berth.stored;

import com.github.benmanes.caffeine.cache.Cache;
import io.berth.name.RepositoryName;
import java.time.Duration;
import java.util.Optional;

/**
 * Remembers for a short while what a repository was seen to hold, where asking again would take a
 * round trip, or be one of thousands. Another replica may have deleted it since: who remembers says
 * so for as long as the time set, and no longer. Never the reason to believe that content is
 * stored.
 *
 * @param <N> what it is called in the repository
 * @param <T> what is known about it
 */
final class Memberships<N, T> {

    /** About 10 MiB. */
    private static final int REMEMBERED = 50_000;

    private record Key<N>(RepositoryName repository, N name) {}

    private final boolean remembers;
    private final Cache<Key<N>, T> seen;

    /**
     * @param trust how long; zero: nothing is remembered
     */
    Memberships(Duration trust) {
        this.remembers = !trust.isZero();
        this.seen = Caches.builder().maximumSize(REMEMBERED).expireAfterWrite(trust).build();
    }

    Optional<T> get(RepositoryName repository, N name) {
        return remembers
                ? Optional.ofNullable(seen.getIfPresent(new Key<>(repository, name)))
                : Optional.empty();
    }

    void put(RepositoryName repository, N name, T known) {
        if (remembers) {
            seen.put(new Key<>(repository, name), known);
        }
    }

    void remove(RepositoryName repository, N name) {
        seen.invalidate(new Key<>(repository, name));
    }
}
