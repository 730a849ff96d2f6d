package io.berth.storage.index;

import com.github.benmanes.caffeine.cache.Cache;
import io.berth.name.RepositoryName;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.storage.cache.Caches;
import io.berth.storage.tree.PagedListing;
import io.berth.storage.tree.RegistryLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * Whether an index is complete, so that what it does not list does not exist: the two indexes of
 * each repository (tags and referrers), and the {@link Catalog}. An index is complete if its claim,
 * an object beside its entries, has the current id of the owner marker. Removing the index thus
 * removes the claim. Safe for several threads.
 *
 * <p>Indexes are kept only in an exclusive tree. Those of a new repository are complete from its
 * first manifest on, those of an older one as soon as they have been built. Each push adds its
 * entries before it becomes visible, the entry in the catalog included.
 *
 * <p>An administrator may remove indexes at any time. Therefore a claim or an entry that was seen
 * is cached for {@link #TRUST} only, and an index is relied on only if its claim exists after the
 * index was read ({@link #isStillComplete}).
 */
public final class IndexCompleteness {

    /** How long a push or a list of referrers may rely on a cached claim or entry. */
    private static final Duration TRUST = Duration.ofSeconds(10);

    private static final byte[] NOTHING = {};

    private final ObjectStore store;
    private final Optional<String> owner;

    /** Claims of referrers, and entries of the catalog, that the store was seen to have. */
    private final Cache<ObjectKey, Boolean> seen;

    /**
     * @param owner id of the exclusive ownership; empty: the tree is shared
     * @param seenBytes memory of all such caches together, of which this takes one part ({@link
     *     Caches#parts})
     */
    public IndexCompleteness(ObjectStore store, Optional<String> owner, long seenBytes) {
        this.store = store;
        this.owner = owner;
        this.seen =
                Caches.builder(
                                Caches.parts(1, seenBytes),
                                (ObjectKey key, Boolean there) -> Caches.weight(key))
                        .expireAfterWrite(TRUST)
                        .build();
    }

    /** Whether indexes are kept, which is so in an exclusive tree. */
    public boolean isKept() {
        return owner.isPresent();
    }

    /** Whether the index of referrers is complete, or was so within {@link #TRUST}. */
    public boolean knowsReferrers(RepositoryName repository) {
        ObjectKey claim = RegistryLayout.referrersClaim(repository);
        if (!isKept() || seen.getIfPresent(claim) != null) {
            return isKept();
        }
        boolean complete = isStillComplete(claim);
        if (complete) {
            seen.put(claim, true);
        }
        return complete;
    }

    /** Whether both indexes of a repository are complete. */
    boolean knowsAll(RepositoryName repository) {
        return isStillComplete(RegistryLayout.tagsClaim(repository))
                && isStillComplete(RegistryLayout.referrersClaim(repository));
    }

    /**
     * Asks the store whether a claim exists. If so, the entries of its index that were read before
     * are complete, unless the index is being removed at this moment.
     */
    public boolean isStillComplete(ObjectKey claim) {
        return owner.isPresent() && ownerIn(claim).equals(owner);
    }

    /**
     * The id of the owner marker in a claim. After a change of ownership the claim has an old id,
     * because other registries may have written since.
     */
    private Optional<String> ownerIn(ObjectKey claim) {
        try {
            byte[] content = store.read(claim, 1024);
            return Optional.of(new String(content, StandardCharsets.ISO_8859_1));
        } catch (ObjectStoreException.NotFound | ObjectStoreException.TooLong e) {
            return Optional.empty();
        }
    }

    /** Empties the cache. */
    void forget() {
        seen.invalidateAll();
    }

    /**
     * To be called before a manifest of a repository is written. Adds the repository to the catalog
     * if it has no entry. If it has no manifests either, it is new, and its indexes are marked
     * complete. The entry is written last, so that a retry finishes what a failure left.
     */
    public void begin(RepositoryName repository) {
        ObjectKey entry = RegistryLayout.catalogEntry(repository);
        if (!isKept() || seen.getIfPresent(entry) != null) {
            return;
        }
        if (isThere(entry)) {
            seen.put(entry, true);
            return;
        }
        if (!PagedListing.isAnyBelow(store, RegistryLayout.manifests(repository))) {
            markComplete(repository);
        }
        addToCatalog(repository);
    }

    private boolean isThere(ObjectKey key) {
        try {
            var _ = store.head(key);
            return true;
        } catch (ObjectStoreException.NotFound e) {
            return false;
        }
    }

    /** Writes the claims of both indexes of a repository, whose entries must be complete. */
    void markComplete(RepositoryName repository) {
        markComplete(RegistryLayout.tagsClaim(repository));
        markComplete(RegistryLayout.referrersClaim(repository));
    }

    /** Writes a claim. A loss of power may leave it empty, which counts as no claim. */
    void markComplete(ObjectKey claim) {
        byte[] content = owner.orElseThrow().getBytes(StandardCharsets.ISO_8859_1);
        store.put(claim, content, Condition.always(), Durability.HINT);
    }

    /** Writes the entry of a repository in the catalog. */
    void addToCatalog(RepositoryName repository) {
        ObjectKey entry = RegistryLayout.catalogEntry(repository);
        store.put(entry, NOTHING, Condition.always(), Durability.HINT);
        seen.put(entry, true);
    }
}
