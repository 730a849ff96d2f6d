package io.berth.access;

import io.berth.name.RepositoryName;

/**
 * Decides what callers may do. Decides from the caller and the scope alone, and at once: never
 * waits, and does not know what is stored. Safe for use by many threads.
 */
@FunctionalInterface
public interface AccessPolicy {

    /**
     * Whether a caller may do everything in a scope.
     *
     * @param caller whose rights do not come with the credentials, or not with them alone
     */
    boolean allows(Caller caller, Scope scope);

    /** Everything for all: there is no authentication. */
    static AccessPolicy open() {
        return (_, _) -> true;
    }

    /**
     * Everything for all who have a name, as distribution does with {@code auth.htpasswd}; but
     * administration for none of them, as nobody has said who administers the registry.
     */
    static AccessPolicy named() {
        return (caller, scope) ->
                caller.kind() != Identity.Kind.ANONYMOUS && !scope.actions().contains(Action.ADMIN);
    }

    /**
     * Whether a caller may do everything in a scope: by the grants of the credentials alone where
     * these have grants, by this policy otherwise.
     */
    default boolean permits(Caller caller, Scope scope) {
        Identity identity = caller.identity();
        return identity.isLimitedToGrants() ? identity.isGranted(scope) : allows(caller, scope);
    }

    /**
     * Whether the list of repositories shows one to a caller who may have that list. To a caller
     * with grants it shows all, as in distribution: the service that grants the list knows no
     * policy of this registry.
     */
    default boolean lists(Caller caller, RepositoryName repository) {
        return caller.identity().isLimitedToGrants()
                || allows(caller, Scope.of(repository, Action.PULL));
    }

    /**
     * This policy where the grants of credentials were made from it, and only limit what they can
     * be used for. It decides for callers with grants as well, so that a change of it counts at
     * once, and so that a grant does not allow more than the action that it names.
     */
    default AccessPolicy withinGrants() {
        AccessPolicy policy = this;
        return new AccessPolicy() {
            @Override
            public boolean allows(Caller caller, Scope scope) {
                return policy.allows(caller, scope);
            }

            @Override
            public boolean permits(Caller caller, Scope scope) {
                Identity identity = caller.identity();
                return (!identity.isLimitedToGrants() || identity.isGranted(scope))
                        && allows(caller, scope);
            }

            @Override
            public boolean lists(Caller caller, RepositoryName repository) {
                return allows(caller, Scope.of(repository, Action.PULL));
            }
        };
    }
}
