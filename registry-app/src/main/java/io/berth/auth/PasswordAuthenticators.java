package io.berth.auth;

import io.berth.http.access.Authenticator;
import java.util.List;

/**
 * The authenticators of passwords, in the order in which they are asked. Immutable.
 *
 * @param all each leaves credentials alone that are not of its kind
 */
record PasswordAuthenticators(List<Authenticator> all) {

    PasswordAuthenticators {
        all = List.copyOf(all);
    }
}
