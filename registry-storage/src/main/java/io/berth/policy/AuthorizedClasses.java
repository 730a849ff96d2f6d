package io.berth.policy;

import io.berth.name.RepositoryName;
import java.util.Set;

/** What the current request's credentials say about classes of repositories. Thread-safe. */
@FunctionalInterface
public interface AuthorizedClasses {

    /**
     * The classes that this repository was authorized for, {@code image} where an authorization
     * names none; empty when the request carries no authorization for it, which restricts nothing.
     */
    Set<String> of(RepositoryName repository);

    /** For a registry without authorization. */
    static AuthorizedClasses unrestricted() {
        return repository -> Set.of();
    }
}
