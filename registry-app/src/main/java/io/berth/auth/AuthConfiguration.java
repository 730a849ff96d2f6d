package io.berth.auth;

import io.berth.access.AccessPolicy;
import io.berth.auth.htpasswd.HtpasswdAuthenticator;
import io.berth.auth.oidc.OidcAuthenticator;
import io.berth.auth.token.TokenAuthenticator;
import io.berth.http.access.AccessControl;
import io.berth.http.access.Authenticator;
import io.berth.http.route.UrlSettings;
import io.berth.policy.PolicySettings;
import io.berth.policy.access.AccessRules;
import io.berth.policy.file.PolicyFile;
import io.berth.server.connection.ConnectionLimits;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Makes the access control of the API from the settings of {@code auth}. */
@Configuration(proxyBeanMethods = false)
public class AuthConfiguration {

    /** The part of all requests that may wait for the check of a password. */
    private static final int WAITING = 4;

    @Bean
    PolicyFile policyFile(PolicySettings settings, Clock clock) {
        return PolicyFile.of(settings.file(), clock);
    }

    /** What those may do whose rights do not come with their credentials. */
    @Bean
    AccessPolicy accessPolicy(AuthSettings settings, PolicyFile file, Clock clock) {
        AccessPolicy withoutRules = settings.isOn() ? AccessPolicy.named() : AccessPolicy.open();
        Supplier<AccessPolicy> now =
                file.derived(
                        document ->
                                document.access() == null
                                        ? withoutRules
                                        : new AccessRules(document.access(), clock));
        return (caller, scope) -> now.get().allows(caller, scope);
    }

    @Bean
    AccessControl accessControl(
            AuthSettings settings,
            AccessPolicy policy,
            AuthMemory memory,
            UrlSettings urls,
            ConnectionLimits limits,
            Clock clock) {
        List<Authenticator> authenticators = new ArrayList<>();
        boolean both = settings.token() != null && !settings.oidc().isEmpty();
        long tokenBytes = both ? memory.tokenBytes() / 2 : memory.tokenBytes();
        if (settings.token() != null) { // first: some clients look at the first challenge only
            authenticators.add(TokenAuthenticator.of(settings.token(), urls, tokenBytes, clock));
        }
        if (!settings.oidc().isEmpty()) {
            boolean alone = settings.token() == null && settings.htpasswd() == null;
            authenticators.add(OidcAuthenticator.of(settings.oidc(), alone, tokenBytes, clock));
        }
        if (settings.htpasswd() != null) {
            authenticators.add(
                    HtpasswdAuthenticator.of(
                            settings.htpasswd(), limits.requests() / WAITING, clock));
        }
        return authenticators.isEmpty()
                ? AccessControl.withoutAuthentication(policy)
                : AccessControl.of(new AnyAuthenticator(authenticators), policy);
    }
}
