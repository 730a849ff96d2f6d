package io.berth.storage.manifest;

import io.berth.concurrent.ParallelTasks;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.storage.cache.Caches;
import io.berth.storage.cache.MembershipCache;
import io.berth.storage.tree.LinkFiles;
import io.berth.storage.tree.RegistryLayout;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Manifests as repositories see them: a revision link in the repository, and content that all share
 * ({@link ManifestContents}). That a repository holds it may be remembered for readers ({@link
 * MembershipCache}); where a push relies on a manifest, the storage is asked for its content every
 * time.
 */
public final class Manifests {

    private final ObjectStore store;
    private final LinkFiles links;
    private final ParallelTasks lookups;
    private final MembershipCache<Boolean> known;
    private final ManifestContents contents;

    /**
     * @param trust how long what was seen may be remembered
     * @param seenBytes memory for all that was seen, of which this takes two parts
     */
    public Manifests(
            ObjectStore store,
            LinkFiles links,
            ParallelTasks lookups,
            Duration trust,
            long seenBytes,
            ManifestContents contents) {
        this.store = store;
        this.links = links;
        this.lookups = lookups;
        this.known = new MembershipCache<>(trust, Caches.parts(2, seenBytes), known -> 0);
        this.contents = contents;
    }

    /** Whether the repository has a link to it, which may be answered from the cache. */
    public boolean isLinked(RepositoryName repository, Digest digest) {
        return known.get(repository, digest).isPresent() || isLinkedNow(repository, digest);
    }

    /** The same, asked of the store. */
    public boolean isLinkedNow(RepositoryName repository, Digest digest) {
        long removals = known.removals(repository, digest);
        boolean linked =
                digest.hash().isPresent()
                        && links.isThere(RegistryLayout.revisionLink(repository, digest));
        if (linked) {
            known.put(repository, digest, true, removals);
        }
        return linked;
    }

    /**
     * Empty unless both the link and the content are there.
     *
     * @throws RegistryException UNKNOWN when the stored bytes are not what their key says
     */
    public Optional<Manifest> find(RepositoryName repository, Digest digest) {
        if (digest.hash().isEmpty()) {
            return Optional.empty();
        }
        Optional<Manifest> cached = contents.cached(digest);
        if (cached.isPresent()) {
            return isLinked(repository, digest) ? cached : Optional.empty();
        }
        Supplier<Optional<ManifestContents.Found>> ahead =
                lookups.prefetch(() -> lookAhead(digest));
        if (!isLinked(repository, digest)) {
            return Optional.empty();
        }
        Optional<ManifestContents.Found> found =
                lookups.prefetches()
                        ? ahead.get().or(() -> contents.look(digest))
                        : contents.look(digest);
        return found.map(content -> contents.read(digest, content));
    }

    /**
     * The same, where one that is damaged counts as absent: it damages nothing but itself. That it
     * is damaged is logged once, and remembered for a while.
     */
    public Optional<Manifest> findIntact(RepositoryName repository, Digest digest) {
        if (contents.isDamaged(digest)) {
            return Optional.empty();
        }
        try {
            return find(repository, digest);
        } catch (RegistryException e) {
            if (contents.isDamaged(digest) || e.code() == ErrorCode.MANIFEST_UNKNOWN) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** A look before it is known that the repository has it; empty when that failed as well. */
    private Optional<ManifestContents.Found> lookAhead(Digest digest) {
        try {
            return contents.look(digest);
        } catch (ObjectStoreException e) {
            return Optional.empty(); // asked again, and for good, if it is wanted
        }
    }

    /**
     * Whether the repository has a link to it, as of {@link #isLinked}, and the content is stored.
     */
    boolean isStored(RepositoryName repository, Digest digest) {
        if (digest.hash().isEmpty()) {
            return false;
        }
        Supplier<Boolean> stored = lookups.prefetch(() -> isContentStored(digest));
        return isLinked(repository, digest) && stored.get();
    }

    private boolean isContentStored(Digest digest) {
        try {
            store.head(RegistryLayout.blob(digest));
            return true;
        } catch (ObjectStoreException.NotFound e) {
            return false;
        }
    }

    /** Stores the content. Whole but not yet durable: what is written after it makes it so. */
    public void putContent(Manifest manifest) {
        contents.put(manifest);
    }

    /** Makes content that is stored visible in a repository. */
    public void link(RepositoryName repository, Digest digest, Durability durability) {
        long removals = known.removals(repository, digest);
        links.write(RegistryLayout.revisionLink(repository, digest), digest, durability);
        known.put(repository, digest, true, removals);
    }

    public void unlink(RepositoryName repository, Digest digest) {
        try {
            store.delete(RegistryLayout.revisionLink(repository, digest), Condition.always());
        } finally {
            known.remove(repository, digest);
        }
    }

    public static RegistryException unknown(String what) {
        return new RegistryException(
                ErrorCode.MANIFEST_UNKNOWN, ErrorCode.MANIFEST_UNKNOWN.message(), what);
    }
}
