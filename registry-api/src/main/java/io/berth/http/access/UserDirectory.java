package io.berth.http.access;

import io.berth.access.Identity;
import org.jspecify.annotations.Nullable;

/**
 * Users that an {@link Authenticator} keeps, and so knows without their password. Safe for use by
 * many threads.
 */
public interface UserDirectory {

    /**
     * A user who exists at this moment.
     *
     * @param revision of the credentials: another text after the password was changed. Not secret
     *     enough to be shown.
     */
    record User(Identity identity, String revision) {}

    /** {@code null}: there is no such user, or none any more. */
    @Nullable User find(String name);
}
