package io.berth.registry;

import io.berth.name.RepositoryName;
import java.util.function.Predicate;

/** Where a blob to mount is looked for. */
public sealed interface MountSource {

    /** In one repository, which the caller may read. */
    record From(RepositoryName repository) implements MountSource {}

    /**
     * In any repository that the caller may read. A best effort: a registry may not know every
     * repository that holds a blob.
     */
    record Anywhere(Predicate<RepositoryName> readable) implements MountSource {}
}
