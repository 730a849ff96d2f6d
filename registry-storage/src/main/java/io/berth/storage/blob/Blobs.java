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
 * Blobs as repositories see them: a link in the repository, and the content that all share. Both
 * must be there; a link without content reads as absent and is healed by the next push.
 *
 * <p>For readers, what was seen lately may be remembered ({@link MembershipCache}). Whether content
 * is stored is asked of the store whenever a push relies on it.
 */
public final class Blobs {

    private final ObjectStore store;
    private final LinkFiles links;
    private final ParallelTasks lookups;
    private final MembershipCache<Known> known;
    private final BlobLocationCache whereabouts;

    /** Where a repository's link leads, and the content's size where that was asked for. */
    private record Known(Digest target, OptionalLong size) {

        int weight() {
            return 2 * Caches.OBJECT + Caches.weight(target);
        }
    }

    /**
     * @param trust how long what was seen may be remembered
     * @param seenBytes memory for all that was seen, of which this takes six parts
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
        this.whereabouts = new BlobLocationCache(Caches.parts(2, seenBytes));
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

    /** An address of the content, where the store has such; the content is not looked at. */
    public Optional<URI> link(RepositoryName repository, Digest digest) {
        if (store.presignedUrls().isEmpty()) {
            return Optional.empty();
        }
        Digest target = target(repository, digest).orElseThrow(() -> unknown(digest));
        return store.presignedUrls().map(urls -> urls.presignGet(RegistryLayout.blob(target)));
    }

    /** Whether the repository links to it, which may be remembered. */
    private Optional<Digest> target(RepositoryName repository, Digest digest) {
        if (digest.hash().isEmpty()) {
            return Optional.empty(); // nothing can have been stored under it
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

    /** Whether the repository holds it and the content is stored at this moment. */
    public boolean isThere(RepositoryName repository, Digest digest) {
        return find(repository, digest).isPresent();
    }

    /** As {@link #isThere}; what is found has a size. */
    private Optional<Known> find(RepositoryName repository, Digest digest) {
        if (digest.hash().isEmpty()) {
            return Optional.empty();
        }
        // Content is nearly always where its own digest says: both can be asked for at once.
        return find(repository, digest, lookups.prefetch(() -> sizeOf(digest)));
    }

    /** The same with one request less for what is not there, as most that clients ask for. */
    private Optional<Known> findInTurn(RepositoryName repository, Digest digest) {
        return find(repository, digest, () -> sizeOf(digest));
    }

    private Optional<Known> find(
            RepositoryName repository, Digest digest, Supplier<OptionalLong> likely) {
        long removals = known.removals(repository, digest);
        // What is remembered is not remembered anew: its time would never end.
        boolean remembered = known.get(repository, digest).isPresent();
        Optional<Digest> target = target(repository, digest);
        if (target.isEmpty()) {
            return Optional.empty();
        }
        // Another registry keeps all content under sha256 and links other digests to that.
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
     * Makes content that is stored already visible in a repository. Durable: the content's own
     * write becomes so with it.
     */
    public void link(RepositoryName repository, Digest digest, Digest target, long size) {
        long removals = known.removals(repository, digest);
        links.write(RegistryLayout.layerLink(repository, digest), target, Durability.DURABLE);
        known.put(repository, digest, new Known(target, OptionalLong.of(size)), removals);
        whereabouts.saw(repository, digest);
    }

    public Optional<Descriptor> mount(RepositoryName target, Digest digest, MountSource source) {
        List<RepositoryName> candidates =
                switch (source) {
                    case MountSource.From(RepositoryName from) -> List.of(from);
                    case MountSource.Anywhere(var readable) ->
                            whereabouts.of(digest).stream().filter(readable).toList();
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

    /** A blob found at its key. */
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
