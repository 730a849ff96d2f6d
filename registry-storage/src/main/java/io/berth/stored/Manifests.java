package io.berth.stored;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Manifests as repositories see them: a revision link in the repository, and content that all share
 * ({@link ManifestContents}). That a repository holds it may be remembered for readers ({@link
 * Memberships}); where a push relies on a manifest, the storage is asked for its content every
 * time.
 */
final class Manifests {

    private final ObjectStore store;
    private final Links links;
    private final Parallel lookups;
    private final Memberships<Boolean> known;
    private final ManifestContents contents;

    /**
     * @param trust how long what was seen may be remembered
     * @param seenBytes memory for all that was seen, of which this takes two parts
     */
    Manifests(
            ObjectStore store,
            Links links,
            Parallel lookups,
            Duration trust,
            long seenBytes,
            ManifestContents contents) {
        this.store = store;
        this.links = links;
        this.lookups = lookups;
        this.known = new Memberships<>(trust, Caches.parts(2, seenBytes), known -> 0);
        this.contents = contents;
    }

    /** Whether the repository links to it, which may be remembered. */
    boolean contains(RepositoryName repository, Digest digest) {
        return known.get(repository, digest).isPresent() || isLinked(repository, digest);
    }

    /** The same, asked of the store. */
    boolean isLinked(RepositoryName repository, Digest digest) {
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
    Optional<Manifest> find(RepositoryName repository, Digest digest) {
        if (digest.hash().isEmpty()) {
            return Optional.empty();
        }
        Optional<Manifest> cached = contents.cached(digest);
        if (cached.isPresent()) {
            return contains(repository, digest) ? cached : Optional.empty();
        }
        Supplier<Optional<ManifestContents.Found>> ahead = lookups.ahead(() -> lookAhead(digest));
        if (!contains(repository, digest)) {
            return Optional.empty();
        }
        Optional<ManifestContents.Found> found =
                lookups.isAhead()
                        ? ahead.get().or(() -> contents.look(digest))
                        : contents.look(digest);
        return found.map(content -> contents.read(digest, content));
    }

    /**
     * The same, where one that is damaged counts as absent: it damages nothing but itself. That it
     * is damaged is logged once, and remembered for a while.
     */
    Optional<Manifest> findIntact(RepositoryName repository, Digest digest) {
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

    /** Whether the repository holds it and the content is stored at this moment. */
    boolean isThere(RepositoryName repository, Digest digest) {
        if (digest.hash().isEmpty()) {
            return false;
        }
        Supplier<Boolean> stored = lookups.ahead(() -> isStored(digest));
        return contains(repository, digest) && stored.get();
    }

    private boolean isStored(Digest digest) {
        try {
            store.head(RegistryLayout.blob(digest));
            return true;
        } catch (ObjectStoreException.NotFound e) {
            return false;
        }
    }

    /** Stores the content. Whole but not yet durable: what is written after it makes it so. */
    void putContent(Manifest manifest) {
        contents.put(manifest);
    }

    /** Makes content that is stored visible in a repository. */
    void link(RepositoryName repository, Digest digest, Durability durability) {
        long removals = known.removals(repository, digest);
        links.write(RegistryLayout.revisionLink(repository, digest), digest, durability);
        known.put(repository, digest, true, removals);
    }

    void unlink(RepositoryName repository, Digest digest) {
        try {
            store.delete(RegistryLayout.revisionLink(repository, digest), Condition.always());
        } finally {
            known.remove(repository, digest);
        }
    }

    static RegistryException unknown(String what) {
        return new RegistryException(
                ErrorCode.MANIFEST_UNKNOWN, ErrorCode.MANIFEST_UNKNOWN.message(), what);
    }
}
