package io.berth.registry;

import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import java.util.function.Predicate;

/** Lists tags and repositories in pages. Cost and memory depend on the page, not on the list. */
public interface RegistryLister {

    /** Number of names that are not visible that one request passes over at most. */
    int MAX_HIDDEN = 1000;

    /**
     * Tags in order of their bytes.
     *
     * @throws io.berth.error.RegistryException NAME_UNKNOWN when the repository does not exist; a
     *     repository without tags gives an empty page
     */
    Page<Tag> tags(RepositoryName repository, PageRequest page);

    /**
     * Names of repositories in order of their bytes, without those that are not visible. A page
     * ends early, perhaps without any item, after {@value #MAX_HIDDEN} names that are not visible;
     * {@link Page#next} is then the last name that was passed. That name may be one that the client
     * must not see, so it must not be sent to the client as it is.
     *
     * @param visible whether the caller may see a name; must not block; also called with names that
     *     are no repositories
     */
    Page<RepositoryName> repositories(PageRequest page, Predicate<RepositoryName> visible);
}
