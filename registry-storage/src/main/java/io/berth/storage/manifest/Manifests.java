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
 * The manifests of repositories: a revision link in the repository, and the content, which all
 * repositories share ({@link ManifestContents}). Reads may use the {@link MembershipCache} for
 * links. Whenever a push relies on the content of a manifest, the store is asked. Safe for use by
 * many threads.
 */
public final class Manifests {

    private final ObjectStore store;
    private final LinkFiles links;
    private final ParallelTasks lookups;
    private final MembershipCache<Boolean> known;
    private final ManifestContents contents;

    /**
     * @param trust how long links may be cached
     * @param seenBytes memory of all such caches together, of which this takes two parts ({@link
     *     Caches#parts})
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

    /** Whether the repository has a link to the manifest, perhaps from the cache. */
    public boolean isLinked(RepositoryName repository, Digest digest) {
        return known.get(repository, digest).isPresent() || isLinkedNow(repository, digest);
    }

    /** As {@link #isLinked}, but always asks the store. */
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
     * The manifest; empty unless both the link and the content exist.
     *
     * @throws RegistryException UNKNOWN when the stored content has another digest
     */
    public Optional<Manifest> find(RepositoryName repository, Digest digest) {
        if (digest.hash().isEmpty()) {
            return Optional.empty();
        }
        Optional<Manifest> cached = contents.cached(digest);
        if (cached.isPresent()) {
            return isLinked(repository, digest) ? cached : Optional.empty();
        }
        Supplier<Optional<ManifestContents.Found>> prefetched =
                lookups.prefetch(() -> lookAhead(digest));
        if (!isLinked(repository, digest)) {
            return Optional.empty();
        }
        Optional<ManifestContents.Found> found =
                lookups.prefetches()
                        ? prefetched.get().or(() -> contents.look(digest))
                        : contents.look(digest);
        return found.map(content -> contents.read(digest, content));
    }

    /**
     * As {@link #find}, but a damaged manifest counts as absent, so that it does not break lists.
     * The damage is logged once and cached for some minutes.
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

    /** Reads the content before the link is known to exist; empty also after a failure. */
    private Optional<ManifestContents.Found> lookAhead(Digest digest) {
        try {
            return contents.look(digest);
        } catch (ObjectStoreException e) {
            return Optional
                    .empty(); // read again if the link exists, and then the failure is thrown
        }
    }

    /**
     * Whether the repository has a link, as of {@link #isLinked}, and the store has the content.
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

    /** Stores the content with {@link Durability#WHOLE}: a later write must make it durable. */
    public void putContent(Manifest manifest) {
        contents.put(manifest);
    }

    /** Makes stored content visible in a repository. */
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
