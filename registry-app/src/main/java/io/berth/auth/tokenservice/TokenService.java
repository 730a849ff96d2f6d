package io.berth.auth.tokenservice;

import io.berth.access.AccessPolicy;
import io.berth.access.Caller;
import io.berth.access.Grant;
import io.berth.access.Identity;
import io.berth.auth.jws.VerifiedTokens;
import io.berth.auth.token.TokenAuthenticator;
import io.berth.document.SharedDocuments;
import io.berth.http.access.Authenticator;
import io.berth.http.access.Credentials;
import io.berth.http.access.UserDirectory;
import io.berth.http.access.UserDirectory.User;
import io.berth.http.route.ApiUrls;
import io.berth.http.route.UrlSettings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Issues tokens to clients with a password that one of some authenticators accepts, to clients with
 * a refresh token, and to anonymous ones. A token grants what the access policy allows of what was
 * asked for. Safe for use by many threads.
 */
public final class TokenService {

    /** Where it is found, below {@code http.prefix}. */
    public static final String PATH = "/token";

    /** Characters of what a client calls itself; the rest is not kept. */
    private static final int MAX_CLIENT = 100;

    /**
     * Who asks.
     *
     * @param address of the client, for the access policy
     * @param client identifies who sends credentials, as limits count clients
     */
    record Sender(String address, String client, String requestId) {}

    /**
     * What a client gets.
     *
     * @param grants what the token allows
     * @param refreshToken {@code null}: there is none
     */
    record Issued(
            String token,
            List<Grant> grants,
            Instant issuedAt,
            Duration lifetime,
            @Nullable String refreshToken) {}

    /**
     * @param keeper knows the user without a password, too; {@code null}: nobody does
     */
    private record Authenticated(Identity identity, @Nullable UserDirectory keeper) {}

    private final TokenServiceSettings settings;
    private final SigningKeys keys;
    private final TokenIssuer issuer;
    private final List<Authenticator> passwords;
    private final List<UserDirectory> directories;
    private final AccessPolicy policy;
    private final Clock clock;

    TokenService(
            TokenServiceSettings settings,
            SigningKeys keys,
            List<Authenticator> passwords,
            AccessPolicy policy,
            Clock clock) {
        this.settings = settings;
        this.keys = keys;
        this.issuer = new TokenIssuer(settings, keys, clock);
        this.passwords = List.copyOf(passwords);
        this.directories =
                passwords.stream()
                        .filter(UserDirectory.class::isInstance)
                        .map(UserDirectory.class::cast)
                        .toList();
        this.policy = policy;
        this.clock = clock;
    }

    /**
     * Reads the files of the key, if the settings name some.
     *
     * @param documents keep the keys otherwise, which are made with the first token
     * @param passwords the authenticators of passwords
     * @throws io.berth.config.tree.WrongSettingException when a file cannot be used
     */
    public static TokenService of(
            TokenServiceSettings settings,
            SharedDocuments documents,
            List<Authenticator> passwords,
            AccessPolicy policy,
            Clock clock) {
        Duration lifetime = settings.lifetime().duration();
        Duration refreshLifetime = settings.refreshLifetime().duration();
        SigningKeys keys =
                settings.certificate() != null && settings.key() != null
                        ? SigningKeyFiles.read(settings.certificate(), settings.key())
                        : new SharedSigningKeys(
                                documents,
                                "Tokens of " + settings.service(),
                                settings.rotation().duration(),
                                refreshLifetime.compareTo(lifetime) > 0
                                        ? refreshLifetime
                                        : lifetime,
                                clock);
        return new TokenService(settings, keys, passwords, policy, clock);
    }

    /**
     * Accepts the tokens that this service issues, and challenges clients to get one here.
     *
     * @param urls say what clients call the registry
     * @param cacheBytes memory for tokens that were verified, in bytes, roughly
     */
    public TokenAuthenticator authenticator(UrlSettings urls, long cacheBytes) {
        ApiUrls apiUrls = new ApiUrls(urls);
        return new TokenAuthenticator(
                new VerifiedTokens(issuer.accessVerifier()::verify, cacheBytes, clock),
                request -> apiUrls.beside(request, PATH),
                settings.service());
    }

    /** The name of the registry, which clients are shown when they have to log in. */
    String service() {
        return settings.service();
    }

    /** The keys that others can verify tokens with. */
    List<SigningKey> keys() {
        return keys.all();
    }

    /**
     * Answers {@code GET}, as the token specification of distribution has it.
     *
     * @throws TokenRequestException when the request is refused
     * @throws io.berth.error.RegistryException as {@link Authenticator#authenticate}; UNAVAILABLE
     *     when there is no key
     */
    Issued issue(Credentials credentials, TokenParameters parameters, Sender sender) {
        RequestedAccess requested = requested(parameters);
        Authenticated who =
                switch (credentials) {
                    case Credentials.None _ -> new Authenticated(Identity.ANONYMOUS, null);
                    case Credentials.Basic basic -> authenticate(basic, sender);
                    case Credentials.Bearer _, Credentials.Malformed _ ->
                            throw TokenRequestException.unauthorized();
                };
        boolean offline = Boolean.parseBoolean(parameters.first("offline_token"));
        return issued(who, requested, sender, offline ? newRefresh(who, parameters) : null);
    }

    /**
     * Answers {@code POST}, as the OAuth 2 part of that specification has it.
     *
     * @throws TokenRequestException when the request is refused
     * @throws io.berth.error.RegistryException as {@link #issue}
     */
    Issued exchange(TokenParameters parameters, Sender sender) {
        RequestedAccess requested = requested(parameters);
        String type = parameters.required("grant_type");
        return switch (type) {
            case "password" -> byPassword(parameters, requested, sender);
            case "refresh_token" -> byRefreshToken(parameters, requested, sender);
            default ->
                    throw new TokenRequestException(
                            400,
                            "unsupported_grant_type",
                            "grant_type must be password or refresh_token");
        };
    }

    private Issued byPassword(
            TokenParameters parameters, RequestedAccess requested, Sender sender) {
        Authenticated who =
                authenticate(
                        new Credentials.Basic(
                                parameters.required("username"), parameters.required("password")),
                        sender);
        boolean offline = "offline".equals(parameters.first("access_type"));
        return issued(who, requested, sender, offline ? newRefresh(who, parameters) : null);
    }

    private Issued byRefreshToken(
            TokenParameters parameters, RequestedAccess requested, Sender sender) {
        String token = parameters.required("refresh_token");
        Identity identity =
                settings.issuesRefreshTokens() ? issuer.redeem(token, directories) : null;
        if (identity == null) {
            throw TokenRequestException.unauthorized();
        }
        return issued(new Authenticated(identity, null), requested, sender, token);
    }

    /** Checked before credentials, so that the answer does not depend on them. */
    private RequestedAccess requested(TokenParameters parameters) {
        String service = parameters.first("service");
        if (service != null && !service.equals(settings.service())) {
            throw TokenRequestException.invalid("tokens are issued for another service");
        }
        return RequestedAccess.of(parameters.all("scope"));
    }

    private Authenticated authenticate(Credentials.Basic credentials, Sender sender) {
        for (Authenticator authenticator : passwords) {
            Identity identity = authenticator.authenticate(credentials, sender.client());
            if (identity != null) {
                return new Authenticated(
                        identity, authenticator instanceof UserDirectory keeper ? keeper : null);
            }
            if (authenticator.owns(credentials)) {
                break;
            }
        }
        throw TokenRequestException.unauthorized();
    }

    private Issued issued(
            Authenticated who,
            RequestedAccess requested,
            Sender sender,
            @Nullable String refreshToken) {
        Caller caller = new Caller(who.identity(), sender.address(), sender.requestId());
        List<Grant> grants = requested.granted(caller, policy);
        Instant now = clock.instant();
        return new Issued(
                issuer.accessToken(who.identity(), grants, now),
                grants,
                now,
                settings.lifetime().duration(),
                refreshToken);
    }

    private @Nullable String newRefresh(Authenticated who, TokenParameters parameters) {
        UserDirectory keeper = who.keeper();
        User user =
                keeper == null || !settings.issuesRefreshTokens()
                        ? null
                        : keeper.find(who.identity().name());
        if (user == null) {
            return null;
        }
        String client = Objects.requireNonNullElse(parameters.first("client_id"), "");
        return issuer.refreshToken(
                user, client.substring(0, Math.min(MAX_CLIENT, client.length())), clock.instant());
    }
}
