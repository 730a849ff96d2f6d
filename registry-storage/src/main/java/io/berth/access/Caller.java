package io.berth.access;

import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The client or service that an operation is done for. The web layer binds a caller to each
 * request; workers that the request starts inherit the binding. Any class reads it with {@link
 * #current()}. Immutable.
 *
 * @param identity who the credentials of the request belong to
 * @param address IP address of the client, for logs and events; free text when a trusted proxy
 *     supplies it; empty when it is not known, and for the registry itself
 * @param requestId the id of the request in the log and in error responses; empty outside of
 *     requests
 */
public record Caller(Identity identity, String address, String requestId) {

    private static final Caller SYSTEM = new Caller(Identity.SYSTEM, "", "");

    /** A client without credentials. */
    public static Caller anonymous(String address, String requestId) {
        return new Caller(Identity.ANONYMOUS, address, requestId);
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

    /** How the name is to be understood. */
    public Identity.Kind kind() {
        return identity.kind();
    }

    /** Of the user or service; empty for an anonymous caller. */
    public String name() {
        return identity.name();
    }

    /** Groups of the user, as the credentials say. */
    public Set<String> groups() {
        return identity.groups();
    }

    /** What else the credentials say, by its name; usually empty. */
    public Map<String, String> claims() {
        return identity.claims();
    }

    /** The only rights of the caller; {@code null} when the policy of the registry decides. */
    public @Nullable List<Grant> grants() {
        return identity.grants();
    }
}
