package io.berth.access;

import io.berth.name.RepositoryName;
import java.util.Set;

/**
 * What credentials allow on one resource, in the terms of the token specification of CNCF
 * distribution: the scope {@code repository(plugin):library/app:pull,push} is a grant of type
 * {@code repository}, class {@code plugin}, name {@code library/app}, and two actions. Immutable.
 *
 * @param type {@code repository}, {@code registry}, or a type of another service
 * @param resourceClass empty when the credentials name none
 * @param name of the resource, compared literally; need not be a valid name of a repository
 * @param actions {@code *} stands for all but {@link Action#ADMIN}
 */
public record Grant(String type, String resourceClass, String name, Set<String> actions) {

    private static final String ALL = Action.ALL.toString();

    public Grant {
        actions = Set.copyOf(actions);
    }

    /** Whether the grant is for this repository, with any actions. */
    public boolean isFor(RepositoryName repository) {
        return type.equals(Scope.REPOSITORY) && name.equals(repository.value());
    }

    /** Whether it allows an action on its resource. */
    public boolean allows(Action action) {
        return switch (action) {
            case CREATE, TAG_OVERWRITE -> allows(Action.PUSH);
            case ADMIN -> actions.contains(action.toString());
            case PULL, PUSH, DELETE, ALL ->
                    actions.contains(action.toString()) || actions.contains(ALL);
        };
    }

    /** Whether it allows an action on the resource of a scope. */
    boolean allows(Scope scope, Action action) {
        return type.equals(scope.type()) && name.equals(scope.name()) && allows(action);
    }
}
