package io.berth.storage.tree;

import io.berth.name.RepositoryName;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.registry.RegistryLister;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Collects a page of the repositories that a caller may see from names in ascending order. For one
 * thread.
 */
public final class VisiblePage {

    private final int limit;
    private final Predicate<RepositoryName> visible;
    private final Predicate<RepositoryName> isRepository;
    private final List<RepositoryName> found = new ArrayList<>();
    private int hidden;
    private boolean more;
    private @Nullable RepositoryName lastHidden;

    /**
     * @param page its limit is 1 or more
     * @param isRepository whether a visible name is a repository; may ask the store
     */
    public VisiblePage(
            PageRequest page,
            Predicate<RepositoryName> visible,
            Predicate<RepositoryName> isRepository) {
        this.limit = page.limit();
        this.visible = visible;
        this.isRepository = isRepository;
    }

    /**
     * Adds a name if it is visible and a repository.
     *
     * @return {@code false}: the page has ended, and nothing more may be added
     */
    public boolean add(RepositoryName name) {
        if (!visible.test(name)) {
            hidden++;
            if (hidden == RegistryLister.MAX_HIDDEN) {
                lastHidden = name;
                more = true;
            }
        } else if (isRepository.test(name)) {
            if (found.size() == limit) {
                more = true;
            } else {
                found.add(name);
            }
        }
        return !more;
    }

    /** The page; {@link Page#more} is set only if {@link #add} has returned {@code false}. */
    public Page<RepositoryName> page() {
        return new Page<>(found, more, lastHidden == null ? null : lastHidden.value());
    }
}
