package io.berth.storage.blob;

import com.github.benmanes.caffeine.cache.Cache;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.storage.cache.Caches;
import java.util.ArrayList;
import java.util.List;

/**
 * Remembers a few repositories that held a blob lately, for mounts that do not say where from. A
 * hint, bounded and lost at restart: its user checks whether the blob is there, and a miss only
 * means that the client uploads.
 */
public final class BlobLocationCache {

    private static final int MAX_REPOSITORIES = 4;

    private final Cache<Digest, List<RepositoryName>> seen;

    /**
     * @param bytes of memory that all may take
     */
    public BlobLocationCache(long bytes) {
        this.seen = Caches.builder(bytes, BlobLocationCache::weight).build();
    }

    private static int weight(Digest digest, List<RepositoryName> repositories) {
        int weight = 3 * Caches.OBJECT + Caches.weight(digest);
        for (RepositoryName repository : repositories) {
            weight += Caches.weight(repository);
        }
        return weight;
    }

    public void saw(RepositoryName repository, Digest digest) {
        seen.asMap()
                .compute(
                        digest,
                        (key, before) ->
                                before == null ? List.of(repository) : with(before, repository));
    }

    /** Latest first. */
    List<RepositoryName> of(Digest digest) {
        List<RepositoryName> repositories = seen.getIfPresent(digest);
        return repositories == null ? List.of() : repositories;
    }

    private static List<RepositoryName> with(List<RepositoryName> before, RepositoryName latest) {
        List<RepositoryName> after = new ArrayList<>(MAX_REPOSITORIES);
        after.add(latest);
        for (RepositoryName repository : before) {
            if (after.size() < MAX_REPOSITORIES && !repository.equals(latest)) {
                after.add(repository);
            }
        }
        return List.copyOf(after);
    }
}
