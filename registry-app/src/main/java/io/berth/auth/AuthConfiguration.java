package io.berth.auth;

import io.berth.access.AccessPolicy;
import io.berth.auth.certificate.CertificateAuthenticator;
import io.berth.auth.htpasswd.HtpasswdAuthenticator;
import io.berth.auth.oidc.OidcAuthenticator;
import io.berth.auth.robot.RobotAccounts;
import io.berth.auth.robot.RobotAuthenticator;
import io.berth.auth.robot.RobotController;
import io.berth.auth.token.TokenAuthenticator;
import io.berth.auth.tokenservice.TokenService;
import io.berth.config.tree.WrongSettingException;
import io.berth.document.SharedDocuments;
import io.berth.http.access.AccessControl;
import io.berth.http.access.AccessListener;
import io.berth.http.access.Authenticator;
import io.berth.http.route.UrlSettings;
import io.berth.policy.PolicySettings;
import io.berth.policy.access.AccessRules;
import io.berth.policy.file.PolicyFile;
import io.berth.server.ServerSettings;
import io.berth.server.connection.ConnectionLimits;
import io.berth.server.tls.TlsSettings;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Makes the access control of the API from the settings of {@code auth}. */
@Configuration(proxyBeanMethods = false)
public class AuthConfiguration {

    /** The part of all requests that may wait for the check of a password. */
    private static final int WAITING = 4;

    /**
     * One of them challenges clients to send a password; the others accept what they send then. The
     * tokens of platforms count as passwords, as clients send them so.
     */
    @Bean
    PasswordAuthenticators passwordAuthenticators(
            AuthSettings settings,
            SharedDocuments documents,
            AuthMemory memory,
            ConnectionLimits limits,
            Clock clock) {
        List<Authenticator> authenticators = new ArrayList<>();
        boolean others = settings.token() != null || settings.htpasswd() != null;
        if (settings.robots().enabled()) { // first: their names are reserved
            boolean challenged = !others && settings.oidc().isEmpty();
            authenticators.add(RobotAuthenticator.of(documents, challenged, clock));
        }
        if (!settings.oidc().isEmpty()) {
            authenticators.add(
                    OidcAuthenticator.of(
                            settings.oidc(), !others, tokenBytes(settings, memory), clock));
        }
        if (settings.htpasswd() != null) {
            authenticators.add(
                    HtpasswdAuthenticator.of(
                            settings.htpasswd(), limits.requests() / WAITING, clock));
        }
        return new PasswordAuthenticators(authenticators);
    }

    /** Of each of the two kinds of tokens, in bytes. */
    private static long tokenBytes(AuthSettings settings, AuthMemory memory) {
        boolean both =
                (settings.token() != null || settings.tokenService() != null)
                        && !settings.oidc().isEmpty();
        return both ? memory.tokenBytes() / 2 : memory.tokenBytes();
    }

    @Bean
    PolicyFile policyFile(PolicySettings settings, Clock clock) {
        return PolicyFile.of(settings.file(), clock);
    }

    /** Also where robots cannot log in yet, so that they can be made before. */
    @Bean
    RobotAccounts robotAccounts(SharedDocuments documents, Clock clock) {
        return new RobotAccounts(documents, clock);
    }

    @Bean
    RobotController robotController(RobotAccounts accounts) {
        return new RobotController(accounts);
    }

    /** Who may do what. Tokens that the registry issues are made from it, and only limit it. */
    @Bean
    AccessPolicy accessPolicy(AuthSettings settings, PolicyFile file, Clock clock) {
        AccessPolicy withoutRules = settings.isOn() ? AccessPolicy.named() : AccessPolicy.open();
        Supplier<AccessPolicy> now =
                file.derived(
                        document ->
                                document.access() == null
                                        ? withoutRules
                                        : new AccessRules(document.access(), clock));
        AccessPolicy policy = (caller, scope) -> now.get().allows(caller, scope);
        return settings.tokenService() == null ? policy : policy.withinGrants();
    }

    /**
     * Where the registry issues tokens, clients are only challenged to get one. Docker would answer
     * a second challenge with a password, and fail where an anonymous client has none.
     */
    @Bean
    AccessControl accessControl(
            AuthSettings settings,
            PasswordAuthenticators passwords,
            Optional<TokenService> tokenService,
            AccessPolicy policy,
            AuthMemory memory,
            UrlSettings urls,
            ServerSettings server,
            AccessListener listener,
            Clock clock) {
        if (!settings.isOn()) {
            return AccessControl.withoutAuthentication(policy).telling(listener);
        }
        long tokenBytes = tokenBytes(settings, memory);
        List<Authenticator> authenticators = new ArrayList<>();
        if (tokenService.isPresent()) {
            Authenticator tokens = tokenService.get().authenticator(urls, tokenBytes);
            authenticators.add(tokens);
            authenticators.addAll(passwords.all());
            addCertificates(authenticators, settings, server);
            return AccessControl.of(new AnyAuthenticator(authenticators, List.of(tokens)), policy)
                    .telling(listener);
        }
        if (settings.token() != null) { // first: some clients look at the first challenge only
            authenticators.add(TokenAuthenticator.of(settings.token(), urls, tokenBytes, clock));
        }
        authenticators.addAll(passwords.all());
        List<Authenticator> challenging = List.copyOf(authenticators);
        addCertificates(authenticators, settings, server);
        return AccessControl.of(
                        new AnyAuthenticator(
                                authenticators,
                                challenging.isEmpty() ? authenticators : challenging),
                        policy)
                .telling(listener);
    }

    private static void addCertificates(
            List<Authenticator> authenticators, AuthSettings settings, ServerSettings server) {
        if (settings.certificate() != null) {
            requireVerified(server.tls());
            authenticators.add(
                    new CertificateAuthenticator(settings.certificate(), authenticators.isEmpty()));
        }
    }

    private static void requireVerified(TlsSettings tls) {
        if (!tls.verifiesClients()) {
            throw new WrongSettingException(
                    "The setting auth.certificate is set, but the server verifies no certificates of"
                            + " clients: name the files of authorities in http.tls.clientcas, and set"
                            + " http.tls.clientauth to verify-client-cert-if-given or"
                            + " require-and-verify-client-cert.",
                    null);
        }
    }
}
