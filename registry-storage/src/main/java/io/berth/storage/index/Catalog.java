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
 * The repositories that hold manifests. In an exclusive tree each has an entry, and the entries'
 * keys are in the order of the names, so a page costs the page. Elsewhere the folders are walked.
 *
 * <p>Entries are not removed, because another replica may be about to push. Where a look costs
 * little, those of repositories that are empty by now are left out; across a network they are
 * listed as long as the tree lives.
 *
 * <p>A tree that became exclusive later, or whose entries were removed, gets them when its folders
 * were walked for the first list. Single entries that are missing come back with the next push, and
 * with {@link #repair}.
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
        if (!state.isKept()) {
            return folders.list(page, visible);
        }
        Page<RepositoryName> found = indexed(page, visible);
        if (isComplete()) { // as it was read
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

    /** To be called when a manifest or a tag was deleted: it may have been the last. */
    public void mayBeEmpty(RepositoryName repository) {
        holding.gone(repository.value());
    }

    private void index() {
        if (!isComplete()) {
            repair();
            log.info("the catalog of repositories is indexed");
        }
    }

    /**
     * Gives every repository an entry that has none, where entries are kept; then they are
     * complete. A repository that begins meanwhile adds its own before it holds anything. Costs a
     * walk over the folders; a failure leaves it to be done again.
     *
     * @throws java.util.concurrent.CancellationException when the registry is closed before or
     *     meanwhile
     */
    public void repair() {
        if (!state.isKept()) {
            return;
        }
        state.forget(); // entries may have been removed of repositories that we know have one
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

    /** Asked for names in their order, it reads the entries once. */
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
