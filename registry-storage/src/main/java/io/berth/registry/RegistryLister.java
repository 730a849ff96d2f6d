package io.berth.registry;

import io.berth.name.RepositoryName;
import io.berth.name.Tag;

/** Lists, a page at a time. Costs and memory follow the page, not the whole. */
public interface RegistryLister {

    /**
     * Tags in order of their bytes.
     *
     * @throws io.berth.error.RegistryException NAME_UNKNOWN when the repository does not exist; one
     *     whose tags are all gone gives an empty page
     */
    Page<Tag> tags(RepositoryName repository, PageRequest page);

    /** Names of repositories in order of their bytes. */
    Page<RepositoryName> repositories(PageRequest page);
}
