package io.berth.access;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who credentials belong to. The same for all requests with the same credentials. Immutable.
 *
 * @param kind how the name is to be understood
 * @param name of the user or service; empty for an anonymous client
 * @param groups that the user belongs to, as the credentials say
 * @param claims what else the credentials say about the user, by its name, for conditions of the
 *     access policy; a few short texts that the administrator has chosen, usually none
 * @param grants the only rights that come with these credentials; {@code null} when the policy of
 *     the registry decides about the name and the groups
 */
public record Identity(
        Kind kind,
        String name,
        Set<String> groups,
        Map<String, String> claims,
        @Nullable List<Grant> grants) {

    /** How a name is known. */
    public enum Kind {
        /** There is no name. */
        ANONYMOUS,
        /** The registry has checked the credentials. */
        USER,
        /** The registry has issued the credentials, to a program. Its name is no user's. */
        ROBOT,
        /** A program on the same machine, through the debug listener; its user is not known. */
        LOCAL,
        /** The registry itself, in work that no request asked for. */
        SYSTEM
    }

    /** A client without credentials. */
    public static final Identity ANONYMOUS = new Identity(Kind.ANONYMOUS, "", Set.of(), null);

    /** A program on the same machine, through the debug listener. */
    public static final Identity LOCAL = new Identity(Kind.LOCAL, "local", Set.of(), null);

    static final Identity SYSTEM = new Identity(Kind.SYSTEM, "system", Set.of(), null);

    /**
     * @throws IllegalArgumentException when an anonymous client has a name, or another has none
     */
    public Identity {
        if ((kind == Kind.ANONYMOUS) != name.isEmpty()) {
            throw new IllegalArgumentException("an identity has a name unless it is anonymous");
        }
        groups = Set.copyOf(groups);
        claims = Map.copyOf(claims);
        grants = grants == null ? null : List.copyOf(grants);
    }

    /** An identity without claims. */
    public Identity(Kind kind, String name, Set<String> groups, @Nullable List<Grant> grants) {
        this(kind, name, groups, Map.of(), grants);
    }

    /** A user about whose rights the policy of the registry decides. */
    public static Identity user(String name, Set<String> groups) {
        return new Identity(Kind.USER, name, groups, null);
    }

    /** Whether the credentials bring all rights that there are with them. */
    public boolean isLimitedToGrants() {
        return grants != null;
    }

    /** Whether a grant allows all actions of a scope. */
    boolean isGranted(Scope scope) {
        return grants != null
                && scope.actions().stream()
                        .allMatch(
                                action ->
                                        grants.stream()
                                                .anyMatch(grant -> grant.allows(scope, action)));
    }
}
