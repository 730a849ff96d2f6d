package io.berth.http.access;

import io.berth.access.Identity;
import io.berth.access.Scope;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the identity that credentials belong to. Safe for use by many threads. */
public interface Authenticator {

    /** Why a request is refused. */
    enum Failure {
        /** There are no credentials. */
        NO_CREDENTIALS,
        /** They are wrong, expired, or of a kind that is not accepted. */
        INVALID_CREDENTIALS,
        /** They are right, but do not allow what is asked for. */
        INSUFFICIENT_SCOPE
    }

    /**
     * The identity that credentials belong to; {@code null} when the credentials are not accepted.
     * The reason is not told, because an answer must not say whether a user exists.
     *
     * @param credentials neither absent nor malformed
     * @param client identifies who sends them, as limits count clients
     * @throws io.berth.error.RegistryException TOO_MANY_REQUESTS when so many passwords are being
     *     checked that this one would wait for too long; UNAVAILABLE when they cannot be checked
     */
    @Nullable Identity authenticate(Credentials credentials, String client);

    /**
     * Whether credentials are of a form that is reserved for this authenticator: no other one is
     * asked about them after it.
     */
    default boolean owns(Credentials credentials) {
        return false;
    }

    /**
     * The identity that the connection of a request proves, for a request without credentials;
     * {@code null} when it proves none. An authenticator of credentials has none.
     */
    default @Nullable Identity ofConnection(HttpServletRequest request) {
        return null;
    }

    /**
     * What a client may do about a refusal: values of {@code WWW-Authenticate} (RFC 9110, section
     * 11.6.1), one for each header line, the preferred one first.
     *
     * @param request that is refused
     * @param needed what it asks for; empty for the base of the API
     */
    List<String> challenges(HttpServletRequest request, List<Scope> needed, Failure failure);
}
