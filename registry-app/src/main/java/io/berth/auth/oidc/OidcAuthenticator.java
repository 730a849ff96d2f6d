package io.berth.auth.oidc;

import com.nimbusds.jose.JWSObject;
import io.berth.access.Identity;
import io.berth.access.Scope;
import io.berth.auth.jws.Signatures;
import io.berth.auth.jws.VerifiedTokens;
import io.berth.auth.jws.VerifiedTokens.Verified;
import io.berth.config.tree.WrongSettingException;
import io.berth.http.access.Authenticator;
import io.berth.http.access.Credentials;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Accepts tokens of platforms, as Bearer tokens and, with any user name, as passwords: {@code
 * docker login} sends nothing else. The name counts for nothing. A password of this form is none of
 * an htpasswd file, because it is longer than those can be.
 *
 * <p>A token that was verified is remembered until it ends. Safe for use by many threads.
 */
public final class OidcAuthenticator implements Authenticator {

    /** bcrypt takes no longer passwords, and a signed token is always longer. */
    private static final int MOST_OF_PASSWORDS = 72;

    /** Headers are bounded by the server; this holds for other callers. In characters. */
    private static final int MAX_LENGTH = 16 * 1024;

    /** For each of two requests; together with their results, clients wait no longer. */
    private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(5);

    private final Map<String, OidcVerifier> verifiers;
    private final VerifiedTokens tokens;
    private final List<String> challenges;

    /**
     * @param verifiers by the issuers whose tokens they check
     * @param challenged whether clients are asked for credentials: another authenticator does not
     */
    OidcAuthenticator(
            Map<String, OidcVerifier> verifiers, boolean challenged, long cacheBytes, Clock clock) {
        this.verifiers = Map.copyOf(verifiers);
        this.tokens = new VerifiedTokens(this::verify, cacheBytes, clock);
        this.challenges = challenged ? List.of("Basic realm=\"Registry\"") : List.of();
    }

    /**
     * Begins to fetch the keys. Does not wait for them: the log says where an issuer cannot be
     * reached.
     *
     * @param issuers by names of the administrator's; no two have the same issuer
     * @param challenged whether clients are asked for credentials: another authenticator does not
     * @param cacheBytes memory for verified tokens, in bytes, roughly
     * @throws WrongSettingException when a file of keys cannot be used
     */
    public static OidcAuthenticator of(
            Map<String, OidcSettings> issuers, boolean challenged, long cacheBytes, Clock clock) {
        Executor threads = task -> Thread.ofVirtual().name("oidc-keys").start(task);
        Map<String, OidcVerifier> verifiers = new HashMap<>();
        issuers.forEach(
                (name, settings) -> {
                    KeyFetch fetch = new KeyFetch(settings, FETCH_TIMEOUT);
                    if (settings.jwks() != null) {
                        requireKeys(name, fetch);
                    }
                    IssuerKeys keys = new IssuerKeys(name, fetch, System::nanoTime, threads);
                    keys.prefetch();
                    verifiers.put(settings.issuer(), new OidcVerifier(name, settings, keys, clock));
                });
        return new OidcAuthenticator(verifiers, challenged, cacheBytes, clock);
    }

    private static void requireKeys(String name, KeyFetch fetch) {
        try {
            fetch.fetch();
        } catch (IOException e) {
            throw new WrongSettingException(
                    ("The keys of auth.oidc.%s.jwks cannot be read: %s. Name a file with a set of"
                                    + " keys, {\"keys\": [...]}, as RFC 7517 has it.")
                            .formatted(name, e.getMessage()),
                    e);
        }
    }

    /**
     * @throws io.berth.error.RegistryException UNAVAILABLE when the keys of the issuer cannot be
     *     fetched
     */
    @Override
    public @Nullable Identity authenticate(Credentials credentials, String client) {
        return switch (credentials) {
            case Credentials.Bearer(String token) -> identity(token);
            case Credentials.Basic(_, String password) -> identity(password);
            case Credentials.None _, Credentials.Malformed _ -> null;
        };
    }

    private @Nullable Identity identity(String token) {
        return isToken(token) ? tokens.identity(token) : null;
    }

    /** Whether a text has the form of a signed token: three parts, the first of them an object. */
    static boolean isToken(String text) {
        return text.length() > MOST_OF_PASSWORDS
                && text.length() <= MAX_LENGTH
                && text.startsWith("ey")
                && text.chars().filter(c -> c == '.').count() == 2;
    }

    private @Nullable Verified verify(String token) {
        JWSObject jws = Signatures.parse(token);
        Map<String, Object> claims = jws == null ? null : jws.getPayload().toJSONObject();
        if (jws == null || claims == null || !(claims.get("iss") instanceof String issuer)) {
            return null;
        }
        OidcVerifier verifier = verifiers.get(issuer);
        return verifier == null ? null : verifier.verify(jws, new Claims(claims));
    }

    @Override
    public List<String> challenges(
            HttpServletRequest request, List<Scope> needed, Failure failure) {
        return challenges;
    }
}
