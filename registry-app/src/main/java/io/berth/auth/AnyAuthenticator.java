package io.berth.auth;

import io.berth.access.Identity;
import io.berth.access.Scope;
import io.berth.http.access.Authenticator;
import io.berth.http.access.Credentials;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Accepts what one of several authenticators accepts. Each of them leaves credentials alone that
 * are not of its kind.
 *
 * @param challenging those whose challenges are offered to clients, the preferred one first
 */
record AnyAuthenticator(List<Authenticator> authenticators, List<Authenticator> challenging)
        implements Authenticator {

    AnyAuthenticator {
        authenticators = List.copyOf(authenticators);
        challenging = List.copyOf(challenging);
    }

    @Override
    public @Nullable Identity authenticate(Credentials credentials, String client) {
        for (Authenticator authenticator : authenticators) {
            Identity identity = authenticator.authenticate(credentials, client);
            if (identity != null || authenticator.owns(credentials)) {
                return identity;
            }
        }
        return null;
    }

    @Override
    public @Nullable Identity ofConnection(HttpServletRequest request) {
        for (Authenticator authenticator : authenticators) {
            Identity identity = authenticator.ofConnection(request);
            if (identity != null) {
                return identity;
            }
        }
        return null;
    }

    @Override
    public List<String> challenges(
            HttpServletRequest request, List<Scope> needed, Failure failure) {
        return challenging.stream()
                .flatMap(each -> each.challenges(request, needed, failure).stream())
                .toList();
    }
}
