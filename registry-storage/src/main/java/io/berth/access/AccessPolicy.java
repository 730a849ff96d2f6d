package io.berth.access;

/**
 * Decides what callers may do. Decides from the caller and the scope alone, and at once: never
 * waits, and does not know what is stored. Safe for use by many threads.
 */
@FunctionalInterface
public interface AccessPolicy {

    /**
     * Whether a caller may do everything in a scope.
     *
     * @param caller whose rights do not come with the credentials
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
}
