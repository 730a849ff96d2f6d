package io.berth.storage.index;

import com.github.benmanes.caffeine.cache.Cache;
import io.berth.name.RepositoryName;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ListRequest;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.storage.cache.Caches;
import io.berth.storage.tree.RegistryLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * Whether indexes know everything, so that what they do not list is not there: those of a
 * repository, and the {@link Catalog}.
 *
 * <p>They are kept only in an exclusive tree. A repository that begins under it is complete from
 * its first manifest on; an older one becomes so when it is indexed. Two things hold of every claim
 * that a repository is complete: it has an entry in the catalog, and each later push adds what it
 * is about before it becomes visible.
 *
 * <p>Anyone may remove indexes and claims while we run. Therefore a claim is believed for {@link
 * #TRUST} only, and who acts upon an index in a way that cannot be undone asks for the claim after
 * the index was read ({@link #isStillComplete}).
 */
public final class IndexCompleteness {

    /** How long a push or a list may rely on a claim that was seen. */
    private static final Duration TRUST = Duration.ofSeconds(10);

    private static final byte[] NOTHING = {};

    private final ObjectStore store;
    private final Optional<String> owner;

    /** {@code false}: not complete, but the repository has an entry in the catalog. */
    private final Cache<ObjectKey, Boolean> complete;

    /**
     * @param owner id of the exclusive ownership; empty: the tree is shared
     * @param seenBytes memory for all that was seen, of which this takes one part
     */
    public IndexCompleteness(ObjectStore store, Optional<String> owner, long seenBytes) {
        this.store = store;
        this.owner = owner;
        this.complete =
                Caches.builder(
                                Caches.parts(1, seenBytes),
                                (ObjectKey claim, Boolean known) -> Caches.weight(claim))
                        .expireAfterWrite(TRUST)
                        .build();
    }

    public boolean isKept() {
        return owner.isPresent();
    }

    public boolean isComplete(RepositoryName repository) {
        return isComplete(RegistryLayout.complete(repository));
    }

    /**
     * The same, asked of the store: what was read of the index before is everything. (Who removes
     * it removes the claim first or at the same time; while that goes on nothing can be told.)
     */
    public boolean isStillComplete(RepositoryName repository) {
        return isClaimed(RegistryLayout.complete(repository));
    }

    /** Whether every repository has an entry in the catalog. */
    boolean isCatalogComplete() {
        return isComplete(RegistryLayout.catalog());
    }

    private boolean isComplete(ObjectKey claim) {
        return isKept() && (Boolean.TRUE.equals(complete.getIfPresent(claim)) || isClaimed(claim));
    }

    private boolean isClaimed(ObjectKey claim) {
        boolean claimed = owner.isPresent() && said(claim).equals(owner);
        if (claimed) {
            complete.put(claim, true);
        } else {
            complete.invalidate(claim);
        }
        return claimed;
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
        complete.invalidateAll();
    }

    /**
     * To be called before a manifest of a repository is written. Gives it an entry in the catalog,
     * also if it is an older one: that may be emptied before the catalog is indexed, and is filled
     * again now.
     */
    public void begin(RepositoryName repository) {
        ObjectKey claim = RegistryLayout.complete(repository);
        if (!isKept() || complete.getIfPresent(claim) != null || isClaimed(claim)) {
            return;
        }
        if (hasManifests(repository)) {
            addToCatalog(repository);
            complete.put(claim, false);
        } else {
            markComplete(repository);
        }
    }

    /** To be called when everything there was has been indexed. */
    void markComplete(RepositoryName repository) {
        addToCatalog(repository); // first: the claim says this, too
        markComplete(RegistryLayout.complete(repository));
    }

    /** To be called when every repository there was has an entry. */
    void markCatalogComplete() {
        markComplete(RegistryLayout.catalog());
    }

    private void markComplete(ObjectKey claim) {
        byte[] content = owner.orElseThrow().getBytes(StandardCharsets.ISO_8859_1);
        store.put(claim, content, Condition.always(), Durability.WHOLE);
        complete.put(claim, true);
    }

    /** Gives a repository an entry in the catalog. */
    void addToCatalog(RepositoryName repository) {
        store.put(
                RegistryLayout.catalogEntry(repository),
                NOTHING,
                Condition.always(),
                Durability.HINT);
    }

    private boolean hasManifests(RepositoryName repository) {
        return !store.list(new ListRequest(RegistryLayout.manifests(repository), null, false, 1))
                .entries()
                .isEmpty();
    }
}
