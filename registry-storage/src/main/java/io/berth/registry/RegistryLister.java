package io.berth.registry;

import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import java.util.function.Predicate;

/** Lists, a page at a time. Costs and memory follow the page, not the whole. */
public interface RegistryLister {

    /** Names that one request for a list passes over because they are not visible. */
    int MAX_HIDDEN = 1000;

    /**
     * Tags in order of their bytes.
     *
     * @throws io.berth.error.RegistryException NAME_UNKNOWN when the repository does not exist; one
     *     whose tags are all gone gives an empty page
     */
    Page<Tag> tags(RepositoryName repository, PageRequest page);

    /**
     * Names of repositories in order of their bytes, without those that the caller may not see. A
     * page is filled with visible ones, but ends early, perhaps without any item, when it has
     * passed over {@value #MAX_HIDDEN} others: {@link Page#next} then is the last name that was
     * looked at. It may be a hidden one, so that it must not reach a caller as it is.
     *
     * @param visible decides by the name alone and at once; also asked for names that are no
     *     repositories
     */
    Page<RepositoryName> repositories(PageRequest page, Predicate<RepositoryName> visible);
}
