package io.berth.storage.index;

import io.berth.concurrent.BackgroundTasks;
import io.berth.name.RepositoryName;
import io.berth.object.ObjectStore;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.storage.cache.Caches;
import io.berth.storage.cache.ExistenceCache;
import io.berth.storage.tree.PagedListing;
import io.berth.storage.tree.RegistryLayout;
import io.berth.storage.tree.RepositoryWalk;
import io.berth.storage.tree.VisiblePage;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The repositories that hold manifests. In an exclusive tree each has an entry, and the entries'
 * keys are in the order of the names, so a page costs the page. Elsewhere the folders are walked.
 *
 * <p>Nobody takes an entry back, for another replica may be about to push. Where a look costs
 * little, those of repositories that are empty by now are left out; across a network they are
 * listed as long as the tree lives.
 *
 * <p>A tree that became exclusive later gets its entries when its folders were walked for the first
 * one who asks.
 */
public final class Catalog {

    private static final Logger log = LoggerFactory.getLogger(Catalog.class);

    private final ObjectStore store;
    private final IndexCompleteness state;
    private final BackgroundTasks background;
    private final boolean remote;
    private final RepositoryWalk folders;
    private final ExistenceCache<String> holding;

    /**
     * @param trust how long a repository is believed to hold manifests still
     * @param seenBytes memory for all that was seen, of which this takes two parts
     */
    public Catalog(
            ObjectStore store,
            IndexCompleteness state,
            BackgroundTasks background,
            Duration trust,
            long seenBytes) {
        this.store = store;
        this.state = state;
        this.background = background;
        this.remote = store.isRemote();
        this.folders = new RepositoryWalk(store);
        this.holding = new ExistenceCache<>(trust, Caches.parts(2, seenBytes), Caches::weight);
    }

    /**
     * @param visible as of {@link io.berth.registry.RegistryLister#repositories}
     */
    public Page<RepositoryName> list(PageRequest page, Predicate<RepositoryName> visible) {
        if (page.limit() == 0) {
            return new Page<>(List.of(), false);
        }
        if (!state.isCatalogComplete()) {
            if (state.isKept()) {
                background.run(this, "the catalog", this::index);
            }
            return folders.list(page, visible);
        }
        int pageSize = Math.min(page.limit(), PagedListing.MAX_PAGE - 1) + 1;
        String after = page.after() == null ? null : RegistryLayout.catalogPosition(page.after());
        Iterator<RepositoryName> names = names(after, pageSize);
        VisiblePage gathered =
                new VisiblePage(page, visible, name -> remote || holdsManifests(name));
        boolean hasRoom = true;
        while (hasRoom && names.hasNext()) {
            hasRoom = gathered.add(names.next());
        }
        return gathered.page();
    }

    private Iterator<RepositoryName> names(@Nullable String after, int pageSize) {
        return new PagedListing(store, RegistryLayout.CATALOG, after, pageSize)
                .stream().map(RegistryLayout::nameOf).flatMap(Optional::stream).iterator();
    }

    private boolean holdsManifests(RepositoryName name) {
        return holding.isThere(name.value(), () -> folders.isRepository(name));
    }

    /** To be called when a manifest or a tag was deleted: it may have been the last. */
    public void mayBeEmpty(RepositoryName repository) {
        holding.gone(repository.value());
    }

    /**
     * Gives every repository an entry. One that begins meanwhile adds its own before it holds
     * anything.
     */
    void index() {
        if (!state.isKept() || state.isCatalogComplete()) {
            return;
        }
        state.forget(); // entries may have been removed of repositories that we know have one
        folders.walk(
                null,
                repository -> {
                    background.requireOpen();
                    state.addToCatalog(repository);
                    return true;
                });
        state.markCatalogComplete();
        log.info("the catalog of repositories is indexed");
    }
}
