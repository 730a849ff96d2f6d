package io.berth.access;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * Who asks. The web layer binds one to each request, and the workers that a request starts run as
 * the same one, so that any class below can ask for {@link #current()}. Immutable.
 *
 * @param kind how the name is to be understood
 * @param name of the user or service; empty for an anonymous caller
 * @param groups that the user belongs to, as the credentials say
 * @param grants what the credentials allow; empty when they list nothing, as without authentication
 * @param address of the client, for logs and events: textual, without a fixed format when a trusted
 *     proxy names it; empty when it is not known, and of the registry itself
 * @param requestId as in the log and in error responses; empty outside of requests
 */
public record Caller(
        Kind kind,
        String name,
        Set<String> groups,
        List<Grant> grants,
        String address,
        String requestId) {

    /** How a caller is known. */
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
     * @throws IllegalArgumentException when an anonymous caller has a name, or another has none
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
     * <p>There is no default. An anonymous caller without grants is restricted by no grant, and the
     * system may do everything, so either would turn a binding that was forgotten into a right.
     *
     * @throws NoSuchElementException when none is bound: the work was started outside of a request,
     *     and not as the {@link #system}
     */
    public static Caller current() {
        return CallerScope.current();
    }
}
