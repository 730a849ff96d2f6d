package io.berth.access;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * The client or service that an operation is done for. The web layer binds a caller to each
 * request; workers that the request starts inherit the binding. Any class reads it with {@link
 * #current()}. Immutable.
 *
 * @param kind whether there are credentials, or the registry itself acts
 * @param name of the user or service; empty for an anonymous caller
 * @param groups that the user belongs to, as the credentials say
 * @param grants what the credentials allow; empty when they list nothing, as without authentication
 * @param address IP address of the client, for logs and events; free text when a trusted proxy
 *     supplies it; empty when it is not known, and for the registry itself
 * @param requestId the id of the request in the log and in error responses; empty outside of
 *     requests
 */
public record Caller(
        Kind kind,
        String name,
        Set<String> groups,
        List<Grant> grants,
        String address,
        String requestId) {

    /** How a caller is authenticated. */
    public enum Kind {
        /** Without credentials. */
        ANONYMOUS,
        /** With credentials that the registry has checked. */
        USER,
        /** The registry itself, in work that no request asked for. */
        SYSTEM
    }

    private static final Caller SYSTEM =
            new Caller(Kind.SYSTEM, "system", Set.of(), List.of(), "", "");

    /**
     * @throws IllegalArgumentException when an anonymous caller has a name, or another caller has
     *     none
     */
    public Caller {
        if ((kind == Kind.ANONYMOUS) != name.isEmpty()) {
            throw new IllegalArgumentException("a caller has a name unless it is anonymous");
        }
        groups = Set.copyOf(groups);
        grants = List.copyOf(grants);
    }

    /** A client without credentials. */
    public static Caller anonymous(String address, String requestId) {
        return new Caller(Kind.ANONYMOUS, "", Set.of(), List.of(), address, requestId);
    }

    /** The registry itself. */
    public static Caller system() {
        return SYSTEM;
    }

    /**
     * The caller that this thread works for.
     *
     * <p>There is no default. Grants do not restrict a caller that has none, and {@link #system}
     * may do everything, so with either as default a forgotten binding would grant access.
     *
     * @throws NoSuchElementException when no caller is bound: the work was started outside of a
     *     request and not as {@link #system}
     */
    public static Caller current() {
        return CallerScope.current();
    }
}
