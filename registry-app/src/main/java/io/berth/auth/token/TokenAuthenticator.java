package io.berth.auth.token;

import io.berth.access.Identity;
import io.berth.access.Scope;
import io.berth.auth.jws.VerifiedTokens;
import io.berth.http.access.Authenticator;
import io.berth.http.access.Credentials;
import io.berth.http.route.ApiUrls;
import io.berth.http.route.UrlSettings;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Accepts tokens. The rights of a caller are those that the token grants. A token that was verified
 * is remembered until it ends, by its hash, in memory of a fixed size. Safe for use by many
 * threads.
 */
public final class TokenAuthenticator implements Authenticator {

    private final VerifiedTokens tokens;
    private final Function<HttpServletRequest, String> realm;
    private final String service;

    /**
     * Accepts what is remembered, or can be verified.
     *
     * @param realm where the sender of a request gets tokens
     */
    public TokenAuthenticator(
            VerifiedTokens tokens, Function<HttpServletRequest, String> realm, String service) {
        this.tokens = tokens;
        this.realm = realm;
        this.service = service;
    }

    /**
     * Accepts tokens of another service. Reads the keys.
     *
     * @param urls say what clients call the registry, for the realm
     * @param cacheBytes memory for what is remembered, in bytes, roughly
     * @throws io.berth.config.tree.WrongSettingException when a file cannot be read, or has no key
     */
    public static TokenAuthenticator of(
            TokenSettings settings, UrlSettings urls, long cacheBytes, Clock clock) {
        ApiUrls apiUrls = new ApiUrls(urls);
        Function<HttpServletRequest, String> realm =
                settings.autoRedirect()
                        ? request -> apiUrls.authority(request) + settings.autoRedirectPath()
                        : _ -> settings.realm();
        TokenVerifier verifier = new TokenVerifier(settings, KeyFiles.read(settings), clock);
        return new TokenAuthenticator(
                new VerifiedTokens(verifier::verify, cacheBytes, clock), realm, settings.service());
    }

    @Override
    public @Nullable Identity authenticate(Credentials credentials, String client) {
        return credentials instanceof Credentials.Bearer(String token)
                ? tokens.identity(token)
                : null;
    }

    /**
     * One challenge (RFC 6750, section 3) in the form of distribution's token specification: some
     * clients take each parameter only in quotation marks.
     */
    @Override
    public List<String> challenges(
            HttpServletRequest request, List<Scope> needed, Failure failure) {
        StringBuilder challenge = new StringBuilder("Bearer realm=\"");
        challenge.append(realm.apply(request)).append("\",service=\"").append(service).append('"');
        if (!needed.isEmpty()) {
            String scopes = needed.stream().map(Scope::toString).collect(Collectors.joining(" "));
            challenge.append(",scope=\"").append(scopes).append('"');
        }
        switch (failure) {
            case NO_CREDENTIALS -> {} // no error, so that clients get their first token
            case INVALID_CREDENTIALS -> challenge.append(",error=\"invalid_token\"");
            case INSUFFICIENT_SCOPE -> challenge.append(",error=\"insufficient_scope\"");
        }
        return List.of(challenge.toString());
    }
}
