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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The list of repositories that have manifests. In an exclusive tree each of them has an entry, and
 * the keys of the entries are in the order of the names, so the cost of a page depends on the page
 * only. In a shared tree the folders are walked. Safe for use by many threads.
 *
 * <p>Entries are never removed, because another replica may be about to push. A local store leaves
 * out repositories that have become empty; a remote store goes on to list them.
 *
 * <p>In a tree that became exclusive later, or whose entries were removed, the first list walks the
 * folders and starts to build the entries in the background. Single missing entries are added by
 * the next push, and by {@link #repair}.
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
     * @param trust how long it may be cached that a repository has manifests
     * @param seenBytes memory of all such caches together, of which this takes two parts ({@link
     *     Caches#parts})
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
        if (!state.isKept()) {
            return folders.list(page, visible);
        }
        Page<RepositoryName> found = indexed(page, visible);
        if (isComplete()) { // checked after the entries were read
            return found;
        }
        background.run(this, "the catalog", this::index);
        return folders.list(page, visible);
    }

    private boolean isComplete() {
        return state.isStillComplete(RegistryLayout.catalogClaim());
    }

    private Page<RepositoryName> indexed(PageRequest page, Predicate<RepositoryName> visible) {
        int pageSize = Math.min(page.limit(), PagedListing.MAX_PAGE - 1) + 1;
        Iterator<RepositoryName> names = entries(page.after(), pageSize).iterator();
        VisiblePage gathered =
                new VisiblePage(page, visible, name -> remote || holdsManifests(name));
        boolean hasRoom = true;
        while (hasRoom && names.hasNext()) {
            hasRoom = gathered.add(names.next());
        }
        return gathered.page();
    }

    private Stream<RepositoryName> entries(@Nullable String after, int pageSize) {
        String position =
                after == null
                        ? RegistryLayout.catalogClaim().value()
                        : RegistryLayout.catalogPosition(after);
        return new PagedListing(store, RegistryLayout.CATALOG, position, pageSize)
                .stream().map(RegistryLayout::nameOf).flatMap(Optional::stream);
    }

    private boolean holdsManifests(RepositoryName name) {
        return holding.isThere(name.value(), () -> folders.isRepository(name));
    }

    /** To be called after a manifest or a tag was deleted, which may have been the last one. */
    public void mayBeEmpty(RepositoryName repository) {
        holding.remove(repository.value());
    }

    private void index() {
        if (!isComplete()) {
            repair();
            log.info("the catalog of repositories is indexed");
        }
    }

    /**
     * Adds the missing entries, after which the entries are complete; does nothing in a shared
     * tree. A push that creates a repository meanwhile adds its entry before it writes anything
     * else. Costs a walk over all folders; after a failure it must be called again.
     *
     * @throws java.util.concurrent.CancellationException when the registry is closed before or
     *     meanwhile
     */
    public void repair() {
        if (!state.isKept()) {
            return;
        }
        state.forget(); // entries that were seen may have been removed since
        PeekingEntries known = new PeekingEntries(entries(null, PagedListing.MAX_PAGE).iterator());
        folders.walk(
                null,
                repository -> {
                    background.requireOpen();
                    if (!known.has(repository)) {
                        state.addToCatalog(repository);
                    }
                    return true;
                });
        if (!isComplete()) {
            state.markComplete(RegistryLayout.catalogClaim());
        }
    }

    /** Reads the entries once; must be asked for names in ascending order. */
    private static final class PeekingEntries {

        private final Iterator<RepositoryName> entries;
        private @Nullable RepositoryName last;

        PeekingEntries(Iterator<RepositoryName> entries) {
            this.entries = entries;
        }

        boolean has(RepositoryName name) {
            while ((last == null || last.value().compareTo(name.value()) < 0)
                    && entries.hasNext()) {
                last = entries.next();
            }
            return name.equals(last);
        }
    }
}
