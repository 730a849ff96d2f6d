package io.berth.auth;

import io.berth.access.AccessPolicy;
import io.berth.auth.htpasswd.HtpasswdAuthenticator;
import io.berth.auth.token.TokenAuthenticator;
import io.berth.http.access.AccessControl;
import io.berth.http.access.Authenticator;
import io.berth.http.route.UrlSettings;
import io.berth.server.connection.ConnectionLimits;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Decides who may use the API, by the settings of {@code auth}. */
@Configuration(proxyBeanMethods = false)
public class AuthConfiguration {

    /** The part of all requests that may wait for the check of a password. */
    private static final int WAITING = 4;

    /** The part of the heap for tokens that were verified: 3,000 in the least heap. */
    private static final int TOKENS = 64;

    private static final long MAX_TOKEN_BYTES = 16L * 1024 * 1024;

    @Bean
    AccessControl accessControl(
            AuthSettings settings, UrlSettings urls, ConnectionLimits limits, Clock clock) {
        List<Authenticator> authenticators = new ArrayList<>();
        if (settings.token() != null) { // first: some clients look at the first challenge only
            long bytes = Math.min(MAX_TOKEN_BYTES, Runtime.getRuntime().maxMemory() / TOKENS);
            authenticators.add(TokenAuthenticator.of(settings.token(), urls, bytes, clock));
        }
        if (settings.htpasswd() != null) {
            authenticators.add(
                    HtpasswdAuthenticator.of(
                            settings.htpasswd(), limits.requests() / WAITING, clock));
        }
        return authenticators.isEmpty()
                ? AccessControl.open()
                : AccessControl.of(new AnyAuthenticator(authenticators), AccessPolicy.named());
    }
}
