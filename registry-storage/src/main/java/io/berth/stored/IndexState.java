package io.berth.stored;

import com.github.benmanes.caffeine.cache.Cache;
import io.berth.name.RepositoryName;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ListRequest;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Whether indexes know everything, so that what they do not list is not there: those of a
 * repository, and the {@link Catalog}.
 *
 * <p>They are kept only in an exclusive tree. A repository that begins under it is complete from
 * its first manifest on; an older one becomes so when it is indexed. What was found complete is
 * remembered: it cannot become incomplete while this process runs in an exclusive tree, except by
 * somebody deleting the index while we run.
 */
final class IndexState {

    private static final int REMEMBERED = 50_000;

    private static final byte[] NOTHING = {};

    private final ObjectStore store;
    private final Optional<String> owner;
    private final Cache<ObjectKey, Boolean> complete =
            Caches.builder().maximumSize(REMEMBERED).build();

    /**
     * @param owner id of the exclusive ownership; empty: the tree is shared
     */
    IndexState(ObjectStore store, Optional<String> owner) {
        this.store = store;
        this.owner = owner;
    }

    boolean isKept() {
        return owner.isPresent();
    }

    boolean isComplete(RepositoryName repository) {
        return isComplete(RegistryLayout.complete(repository));
    }

    /** Whether every repository has an entry in the catalog. */
    boolean isCatalogComplete() {
        return isComplete(RegistryLayout.catalog());
    }

    private boolean isComplete(ObjectKey claim) {
        if (owner.isEmpty()) {
            return false;
        }
        if (complete.getIfPresent(claim) != null) {
            return true;
        }
        try {
            byte[] said = store.read(claim, 1024);
            if (!new String(said, StandardCharsets.ISO_8859_1).equals(owner.get())) {
                return false; // said under an earlier ownership: others may have written since
            }
        } catch (ObjectStoreException.NotFound e) {
            return false;
        }
        complete.put(claim, true);
        return true;
    }

    /** To be called before the first manifest of a repository is written. */
    void begin(RepositoryName repository) {
        if (isKept() && !isComplete(repository) && !hasManifests(repository)) {
            addToCatalog(repository);
            markComplete(repository);
        }
    }

    /** To be called when everything there was has been indexed. */
    void markComplete(RepositoryName repository) {
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
        if (!RegistryLayout.fitsCatalog(repository)) {
            return;
        }
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
