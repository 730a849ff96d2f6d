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
 * Whether an index knows everything, so that what it does not list is not there: the two of a
 * repository, and the {@link Catalog}. An index is complete if the claim among its entries holds
 * the id of the ownership, so that whatever removes the index removes the claim. Safe for several
 * threads.
 *
 * <p>Indexes are kept only in an exclusive tree. Those of a repository that begins under it are
 * complete from its first manifest on; those of an older one when they were built. Each push adds
 * what it is about before it becomes visible, the entry of its repository in the catalog included.
 *
 * <p>Anyone may remove indexes while we run. Therefore a claim or an entry that was seen is
 * believed for {@link #TRUST} only, and what a removed index would make wrong is done only when the
 * claim is there after the index was read ({@link #isStillComplete}).
 */
public final class IndexCompleteness {

    /** How long a push or a list of referrers may rely on what was seen. */
    private static final Duration TRUST = Duration.ofSeconds(10);

    private static final byte[] NOTHING = {};

    private final ObjectStore store;
    private final Optional<String> owner;

    /** Claims of referrers, and entries of the catalog, that were there. */
    private final Cache<ObjectKey, Boolean> seen;

    /**
     * @param owner id of the exclusive ownership; empty: the tree is shared
     * @param seenBytes memory for all that was seen, of which this takes one part
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

    public boolean isKept() {
        return owner.isPresent();
    }

    /** Whether the index of referrers is complete, or was a moment ago. */
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
     * Asks the store whether a claim holds: then what was read of its index before is everything.
     * (While somebody removes the index, nothing can be told.)
     */
    public boolean isStillComplete(ObjectKey claim) {
        return owner.isPresent() && said(claim).equals(owner);
    }

    /**
     * The ownership under which it was said; under an earlier one, others may have written since.
     */
    private Optional<String> said(ObjectKey claim) {
        try {
            byte[] said = store.read(claim, 1024);
            return Optional.of(new String(said, StandardCharsets.ISO_8859_1));
        } catch (ObjectStoreException.NotFound | ObjectStoreException.TooLong e) {
            return Optional.empty();
        }
    }

    /** Forgets what was seen. */
    void forget() {
        seen.invalidateAll();
    }

    /**
     * To be called before a manifest of a repository is written. Where it has no entry in the
     * catalog it gets one; if it holds no manifest either, it begins, and its indexes are complete.
     * The entry is the last of this, so that a retry finishes what a failure left.
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

    /** To be called when the indexes of a repository have everything there was. */
    void markComplete(RepositoryName repository) {
        markComplete(RegistryLayout.tagsClaim(repository));
        markComplete(RegistryLayout.referrersClaim(repository));
    }

    /** A claim that a loss of power leaves empty is none. */
    void markComplete(ObjectKey claim) {
        byte[] content = owner.orElseThrow().getBytes(StandardCharsets.ISO_8859_1);
        store.put(claim, content, Condition.always(), Durability.HINT);
    }

    /** Gives a repository an entry in the catalog. */
    void addToCatalog(RepositoryName repository) {
        ObjectKey entry = RegistryLayout.catalogEntry(repository);
        store.put(entry, NOTHING, Condition.always(), Durability.HINT);
        seen.put(entry, true);
    }
}
