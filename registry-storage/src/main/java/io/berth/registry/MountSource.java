package io.berth.registry;

import io.berth.name.RepositoryName;
import java.util.function.Predicate;

/** Where the registry looks for a blob to mount. */
public sealed interface MountSource {

    /** In one repository, which the caller may read. */
    record From(RepositoryName repository) implements MountSource {}

    /**
     * In any repository that the caller may read. A best effort: the registry may not know every
     * repository that has the blob.
     */
    record Anywhere(Predicate<RepositoryName> readable) implements MountSource {}
}
