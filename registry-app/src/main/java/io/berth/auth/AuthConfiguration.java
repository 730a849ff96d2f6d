package io.berth.auth;

import io.berth.access.AccessPolicy;
import io.berth.auth.htpasswd.HtpasswdAuthenticator;
import io.berth.http.access.AccessControl;
import io.berth.server.connection.ConnectionLimits;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Decides who may use the API, by the settings of {@code auth}. */
@Configuration(proxyBeanMethods = false)
public class AuthConfiguration {

    /** The part of all requests that may wait for the check of a password. */
    private static final int WAITING = 4;

    @Bean
    AccessControl accessControl(AuthSettings settings, ConnectionLimits limits, Clock clock) {
        if (settings.htpasswd() == null) {
            return AccessControl.open();
        }
        return AccessControl.of(
                HtpasswdAuthenticator.of(settings.htpasswd(), limits.requests() / WAITING, clock),
                AccessPolicy.named());
    }
}
