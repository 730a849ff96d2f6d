package io.berth.storage.blob;

import com.github.benmanes.caffeine.cache.Cache;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.storage.cache.Caches;
import java.util.ArrayList;
import java.util.List;

/**
 * Caches a few repositories that recently had a blob, for mounts without a source repository. Only
 * a hint: the caller checks that the repository has the blob, and after a miss the client uploads
 * it. Safe for use by many threads.
 */
public final class BlobLocationCache {

    private static final int MAX_REPOSITORIES = 4;

    private final Cache<Digest, List<RepositoryName>> seen;

    /**
     * @param bytes memory of all entries
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

    public void add(RepositoryName repository, Digest digest) {
        seen.asMap()
                .compute(
                        digest,
                        (key, before) ->
                                before == null ? List.of(repository) : with(before, repository));
    }

    /** The repositories that had the blob, the latest first. */
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
