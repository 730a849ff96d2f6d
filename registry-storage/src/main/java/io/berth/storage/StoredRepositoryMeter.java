package io.berth.storage;

import com.github.benmanes.caffeine.cache.Cache;
import io.berth.concurrent.ParallelTasks;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.registry.RepositoryMeter;
import io.berth.storage.cache.Caches;
import io.berth.storage.tree.LinkFiles;
import io.berth.storage.tree.PagedListing;
import io.berth.storage.tree.RegistryLayout;
import io.berth.storage.tree.StoreErrors;
import java.util.Iterator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Measures by listing. Bytes cost one listing for each thousand blobs of the repository, and a HEAD
 * for each blob whose size is not cached; sizes never change. Tags cost one listing for each
 * thousand. Safe for use by many threads.
 */
final class StoredRepositoryMeter implements RepositoryMeter {

    private final ObjectStore store;
    private final LinkFiles links;
    private final ParallelTasks lookups;
    private final Cache<Digest, Long> sizes;

    /**
     * @param options concurrency and memory; of the latter this takes one part ({@link
     *     Caches#parts})
     */
    StoredRepositoryMeter(ObjectStore store, StoredRegistryOptions options) {
        this.store = store;
        this.links = new LinkFiles(store);
        this.lookups = new ParallelTasks(options.lookupConcurrency(store.isRemote()));
        this.sizes =
                Caches.<Digest, Long>builder(
                                Caches.parts(1, options.seenBytes()),
                                (digest, _) -> Caches.OBJECT + Caches.weight(digest))
                        .build();
    }

    @Override
    public long bytes(RepositoryName repository) {
        return StoreErrors.translated(
                () -> {
                    LongAdder sum = new LongAdder();
                    lookups.forEachOrThrow(
                            blobs(repository), digest -> sum.add(sizeOf(repository, digest)));
                    return sum.sum();
                });
    }

    private Iterator<Digest> blobs(RepositoryName repository) {
        String folder = RegistryLayout.layers(repository);
        return new PagedListing(store, folder)
                .stream()
                        .map(key -> RegistryLayout.layerDigest(key.substring(folder.length())))
                        .flatMap(Optional::stream)
                        .iterator();
    }

    private long sizeOf(RepositoryName repository, Digest digest) {
        Long known = sizes.getIfPresent(digest);
        if (known != null) {
            return known;
        }
        OptionalLong size = contentSize(digest);
        if (size.isEmpty()) {
            // CNCF distribution stores all content under sha256, and links other digests to it.
            size =
                    links.read(RegistryLayout.layerLink(repository, digest))
                            .filter(target -> !target.equals(digest))
                            .map(this::contentSize)
                            .orElse(OptionalLong.empty());
        }
        size.ifPresent(bytes -> sizes.put(digest, bytes));
        return size.orElse(0); // a link without content counts as absent
    }

    private OptionalLong contentSize(Digest digest) {
        try {
            return OptionalLong.of(store.head(RegistryLayout.blob(digest)).size());
        } catch (ObjectStoreException.NotFound e) {
            return OptionalLong.empty();
        }
    }

    @Override
    public long tags(RepositoryName repository) {
        return StoreErrors.translated(
                () ->
                        PagedListing.folders(store, RegistryLayout.tags(repository))
                                .filter(Tag::isValid)
                                .count());
    }
}
