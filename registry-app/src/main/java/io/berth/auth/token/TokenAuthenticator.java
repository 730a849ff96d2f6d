package io.berth.auth.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.berth.access.Grant;
import io.berth.access.Identity;
import io.berth.access.Scope;
import io.berth.auth.token.TokenVerifier.Verified;
import io.berth.http.access.Authenticator;
import io.berth.http.access.Credentials;
import io.berth.http.route.ApiUrls;
import io.berth.http.route.UrlSettings;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Accepts tokens of another service. The rights of a caller are those that the token grants. A
 * token that was verified is remembered until it ends, by its hash, in memory of a fixed size. Safe
 * for use by many threads.
 */
public final class TokenAuthenticator implements Authenticator {

    /** Bytes that an entry takes beside its grants. */
    private static final int ENTRY = 300;

    private final TokenVerifier verifier;
    private final Clock clock;
    private final Function<HttpServletRequest, String> realm;
    private final String service;
    private final Cache<Digest, Verified> verified;

    /**
     * @param realm where the sender of a request gets tokens
     * @param cacheBytes memory for what is remembered, in bytes, roughly
     */
    TokenAuthenticator(
            TokenVerifier verifier,
            Clock clock,
            Function<HttpServletRequest, String> realm,
            String service,
            long cacheBytes) {
        this.verifier = verifier;
        this.clock = clock;
        this.realm = realm;
        this.service = service;
        this.verified =
                Caffeine.newBuilder()
                        .maximumWeight(cacheBytes)
                        .<Digest, Verified>weigher((_, token) -> weight(token))
                        .executor(Runnable::run)
                        .build();
    }

    /**
     * Reads the keys.
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
        return new TokenAuthenticator(
                new TokenVerifier(settings, KeyFiles.read(settings), clock),
                clock,
                realm,
                settings.service(),
                cacheBytes);
    }

    private static int weight(Verified token) {
        List<Grant> grants = token.identity().grants();
        int weight = ENTRY + 2 * token.identity().name().length();
        if (grants != null) {
            for (Grant grant : grants) {
                weight += ENTRY + grant.name().length() + 64 * grant.actions().size();
            }
        }
        return weight;
    }

    @Override
    public @Nullable Identity authenticate(Credentials credentials, String client) {
        if (!(credentials instanceof Credentials.Bearer(String token))) {
            return null;
        }
        Digest hash = hash(token);
        Verified known = verified.getIfPresent(hash);
        if (known == null) {
            known = verifier.verify(token);
            if (known == null) {
                return null;
            }
            verified.put(hash, known);
        }
        if (!clock.instant().isBefore(known.expires())) {
            verified.invalidate(hash);
            return null;
        }
        return known.identity();
    }

    private static Digest hash(String token) {
        return Digest.ofContent(HashAlgorithm.SHA256, token.getBytes(StandardCharsets.UTF_8));
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

    /** How many tokens are remembered. */
    long remembered() {
        verified.cleanUp();
        return verified.estimatedSize();
    }
}
