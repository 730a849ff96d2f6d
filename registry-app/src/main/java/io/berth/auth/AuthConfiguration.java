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

/** Makes the access control of the API from the settings of {@code auth}. */
@Configuration(proxyBeanMethods = false)
public class AuthConfiguration {

    /** The part of all requests that may wait for the check of a password. */
    private static final int WAITING = 4;

    @Bean
    AccessControl accessControl(
            AuthSettings settings,
            AuthMemory memory,
            UrlSettings urls,
            ConnectionLimits limits,
            Clock clock) {
        List<Authenticator> authenticators = new ArrayList<>();
        if (settings.token() != null) { // first: some clients look at the first challenge only
            authenticators.add(
                    TokenAuthenticator.of(settings.token(), urls, memory.tokenBytes(), clock));
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
