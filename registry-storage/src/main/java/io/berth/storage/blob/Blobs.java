package io.berth.storage.blob;

import io.berth.concurrent.ParallelTasks;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.ByteRange;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.MediaType;
import io.berth.name.RepositoryName;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.registry.Blob;
import io.berth.registry.MountSource;
import io.berth.storage.cache.Caches;
import io.berth.storage.cache.MembershipCache;
import io.berth.storage.tree.LinkFiles;
import io.berth.storage.tree.RegistryLayout;
import io.berth.storage.tree.StoreErrors;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * The blobs of repositories: a link in the repository, and the content, which all repositories
 * share. Both must exist; a link without content counts as absent, and the next push of the blob
 * repairs it. Safe for use by many threads.
 *
 * <p>Reads may use the {@link MembershipCache}. Whenever a push relies on stored content, the store
 * is asked.
 */
public final class Blobs {

    private final ObjectStore store;
    private final LinkFiles links;
    private final ParallelTasks lookups;
    private final MembershipCache<Known> known;
    private final BlobLocationCache locations;

    /** The target of a repository's link, and the size of the content if that was read. */
    private record Known(Digest target, OptionalLong size) {

        int weight() {
            return 2 * Caches.OBJECT + Caches.weight(target);
        }
    }

    /**
     * @param trust how long links and sizes may be cached
     * @param seenBytes memory of all such caches together, of which this takes six parts ({@link
     *     Caches#parts})
     */
    public Blobs(
            ObjectStore store,
            LinkFiles links,
            ParallelTasks lookups,
            Duration trust,
            long seenBytes) {
        this.store = store;
        this.links = links;
        this.lookups = lookups;
        this.known = new MembershipCache<>(trust, Caches.parts(4, seenBytes), Known::weight);
        this.locations = new BlobLocationCache(Caches.parts(2, seenBytes));
    }

    public Blob open(RepositoryName repository, Digest digest) {
        Known found =
                known.get(repository, digest)
                        .filter(remembered -> remembered.size().isPresent())
                        .or(() -> findInTurn(repository, digest))
                        .orElseThrow(() -> unknown(digest));
        return new StoredBlob(
                store,
                RegistryLayout.blob(found.target()),
                Descriptor.of(MediaType.OCTET_STREAM, digest, found.size().getAsLong()));
    }

    /** A presigned URL of the content, where the store has such; does not check that it exists. */
    public Optional<URI> link(RepositoryName repository, Digest digest) {
        if (store.presignedUrls().isEmpty()) {
            return Optional.empty();
        }
        Digest target = target(repository, digest).orElseThrow(() -> unknown(digest));
        return store.presignedUrls().map(urls -> urls.presignGet(RegistryLayout.blob(target)));
    }

    /** The target of the repository's link, perhaps from the cache. */
    private Optional<Digest> target(RepositoryName repository, Digest digest) {
        if (digest.hash().isEmpty()) {
            return Optional.empty(); // no content can be stored under an unknown algorithm
        }
        Optional<Digest> remembered = known.get(repository, digest).map(Known::target);
        if (remembered.isPresent()) {
            return remembered;
        }
        long removals = known.removals(repository, digest);
        Optional<Digest> target = links.read(RegistryLayout.layerLink(repository, digest));
        target.ifPresent(
                leadsTo -> {
                    Known found = new Known(leadsTo, OptionalLong.empty());
                    known.put(repository, digest, found, removals);
                });
        return target;
    }

    /** Whether the repository has the blob; asks the store whether the content exists. */
    public boolean isThere(RepositoryName repository, Digest digest) {
        return find(repository, digest).isPresent();
    }

    /** As {@link #isThere}; the result has a size. */
    private Optional<Known> find(RepositoryName repository, Digest digest) {
        if (digest.hash().isEmpty()) {
            return Optional.empty();
        }
        // The link nearly always has the blob's own digest, so both can be read at the same time.
        return find(repository, digest, lookups.prefetch(() -> sizeOf(digest)));
    }

    /**
     * As {@link #find}, one after the other: one request less for the many blobs that do not exist.
     */
    private Optional<Known> findInTurn(RepositoryName repository, Digest digest) {
        return find(repository, digest, () -> sizeOf(digest));
    }

    private Optional<Known> find(
            RepositoryName repository, Digest digest, Supplier<OptionalLong> likely) {
        long removals = known.removals(repository, digest);
        // A cached entry is not cached again, as it would never expire.
        boolean remembered = known.get(repository, digest).isPresent();
        Optional<Digest> target = target(repository, digest);
        if (target.isEmpty()) {
            return Optional.empty();
        }
        // CNCF distribution stores all content under sha256, and links other digests to it.
        OptionalLong size = target.get().equals(digest) ? likely.get() : sizeOf(target.get());
        if (size.isEmpty()) {
            return Optional.empty();
        }
        Known found = new Known(target.get(), size);
        if (!remembered) {
            known.put(repository, digest, found, removals);
        }
        return Optional.of(found);
    }

    private OptionalLong sizeOf(Digest target) {
        try {
            return OptionalLong.of(store.head(RegistryLayout.blob(target)).size());
        } catch (ObjectStoreException.NotFound e) {
            return OptionalLong.empty();
        }
    }

    /**
     * Makes stored content visible in a repository. The write is durable, and makes the write of
     * the content durable, too.
     *
     * @param target the digest that the content is stored under
     * @param size bytes
     */
    public void link(RepositoryName repository, Digest digest, Digest target, long size) {
        long removals = known.removals(repository, digest);
        links.write(RegistryLayout.layerLink(repository, digest), target, Durability.DURABLE);
        known.put(repository, digest, new Known(target, OptionalLong.of(size)), removals);
        locations.add(repository, digest);
    }

    public Optional<Descriptor> mount(RepositoryName target, Digest digest, MountSource source) {
        List<RepositoryName> candidates =
                switch (source) {
                    case MountSource.From(RepositoryName from) -> List.of(from);
                    case MountSource.Anywhere(var readable) ->
                            locations.of(digest).stream().filter(readable).toList();
                };
        for (RepositoryName from : candidates) {
            Optional<Known> found = find(from, digest);
            if (found.isPresent()) {
                long size = found.get().size().getAsLong();
                if (!from.equals(target)) {
                    link(target, digest, found.get().target(), size);
                }
                return Optional.of(Descriptor.of(MediaType.OCTET_STREAM, digest, size));
            }
        }
        return Optional.empty();
    }

    public void delete(RepositoryName repository, Digest digest) {
        if (!isThere(repository, digest)) {
            throw unknown(digest);
        }
        try {
            store.delete(RegistryLayout.layerLink(repository, digest), Condition.always());
        } finally {
            known.remove(repository, digest);
        }
    }

    private static RegistryException unknown(Digest digest) {
        return new RegistryException(
                ErrorCode.BLOB_UNKNOWN, ErrorCode.BLOB_UNKNOWN.message(), digest.toString());
    }

    /** A blob whose content is stored under a key. */
    private record StoredBlob(ObjectStore store, ObjectKey key, Descriptor descriptor)
            implements Blob {

        @Override
        public Optional<Path> file() {
            return store.localFiles().map(files -> files.path(key));
        }

        @Override
        public InputStream open(ByteRange range) {
            try {
                return store.open(key, range);
            } catch (ObjectStoreException.NotFound e) {
                throw unknown(descriptor.digest());
            } catch (ObjectStoreException e) {
                throw StoreErrors.translate(e);
            }
        }
    }
}
