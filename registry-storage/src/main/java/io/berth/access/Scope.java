package io.berth.access;

import io.berth.name.RepositoryName;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a request needs of one resource, in the terms of the token specification of CNCF
 * distribution. Immutable.
 *
 * @param type {@code repository} or {@code registry}
 * @param name of the resource
 * @param actions all of which are needed; never empty
 */
public record Scope(String type, String name, List<Action> actions) {

    /** The type of the resource that a repository is. */
    public static final String REPOSITORY = "repository";

    private static final String REGISTRY = "registry";

    private static final Scope CATALOG = new Scope(REGISTRY, "catalog", List.of(Action.ALL));
    private static final Scope ADMINISTRATION =
            new Scope(REGISTRY, "administration", List.of(Action.ADMIN));

    /**
     * @throws IllegalArgumentException when no action is needed
     */
    public Scope {
        actions = List.copyOf(actions);
        if (actions.isEmpty()) {
            throw new IllegalArgumentException("a scope has an action");
        }
    }

    /** Actions on a repository. */
    public static Scope of(RepositoryName repository, Action... actions) {
        return new Scope(REPOSITORY, repository.value(), List.of(actions));
    }

    /** The list of all repositories. */
    public static Scope catalog() {
        return CATALOG;
    }

    /** The administration of the whole registry. */
    public static Scope administration() {
        return ADMINISTRATION;
    }

    /** As in a challenge: {@code repository:library/app:pull,push}. */
    @Override
    public String toString() {
        return actions.stream()
                .map(Action::toString)
                .collect(Collectors.joining(",", type + ":" + name + ":", ""));
    }
}
