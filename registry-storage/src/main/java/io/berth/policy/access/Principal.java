package io.berth.policy.access;

import io.berth.access.Identity;

/**
 * Whom a rule is for. Immutable.
 *
 * @param kind from the least specific to the most specific
 * @param name of the user, the robot or the group; empty for the others
 */
public record Principal(Kind kind, String name) {

    /** The kinds, in the order of how specific they are; the first two are never for one client. */
    public enum Kind {
        /** Clients without credentials. */
        ANONYMOUS,
        /** All who have a name. */
        AUTHENTICATED,
        GROUP,
        ROBOT,
        USER
    }

    private static final String USER = "user:";
    private static final String GROUP = "group:";
    private static final String ROBOT = "robot:";

    /**
     * Parses {@code anonymous}, {@code *}, {@code group:NAME}, {@code robot:NAME}, {@code
     * user:NAME}, or the name of a user, if that is none of these.
     *
     * @throws IllegalArgumentException when a name is missing
     */
    public static Principal of(String text) {
        if (text.equals("anonymous")) {
            return new Principal(Kind.ANONYMOUS, "");
        }
        if (text.equals("*")) {
            return new Principal(Kind.AUTHENTICATED, "");
        }
        Principal principal =
                text.startsWith(GROUP)
                        ? new Principal(Kind.GROUP, text.substring(GROUP.length()))
                        : text.startsWith(ROBOT)
                                ? new Principal(Kind.ROBOT, text.substring(ROBOT.length()))
                                : new Principal(
                                        Kind.USER,
                                        text.startsWith(USER)
                                                ? text.substring(USER.length())
                                                : text);
        if (principal.name.isBlank()) {
            throw new IllegalArgumentException(
                    "\""
                            + text
                            + "\" is not a user such as alice, group:NAME, robot:NAME, anonymous,"
                            + " or * for all who have a name");
        }
        return principal;
    }

    boolean matches(Identity identity) {
        return switch (kind) {
            case ANONYMOUS -> identity.kind() == Identity.Kind.ANONYMOUS;
            case AUTHENTICATED -> identity.kind() != Identity.Kind.ANONYMOUS;
            case GROUP -> identity.groups().contains(name);
            case ROBOT -> identity.kind() == Identity.Kind.ROBOT && identity.name().equals(name);
            case USER -> identity.kind() == Identity.Kind.USER && identity.name().equals(name);
        };
    }

    /** Users and robots are equally specific. */
    int specificity() {
        return switch (kind) {
            case ANONYMOUS, AUTHENTICATED -> 0;
            case GROUP -> 1;
            case ROBOT, USER -> 2;
        };
    }

    @Override
    public String toString() {
        return switch (kind) {
            case ANONYMOUS -> "anonymous";
            case AUTHENTICATED -> "*";
            case GROUP -> GROUP + name;
            case ROBOT -> ROBOT + name;
            case USER -> of(name).equals(this) ? name : USER + name;
        };
    }
}
