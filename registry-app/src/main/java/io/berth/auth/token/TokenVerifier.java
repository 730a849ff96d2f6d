package io.berth.auth.token;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.JWTClaimsSet;
import io.berth.access.Grant;
import io.berth.access.Identity;
import io.berth.auth.jws.Signatures;
import io.berth.auth.jws.VerifiedTokens.Verified;
import io.berth.auth.token.TokenSettings.SigningAlgorithm;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Checks tokens: compact JWS (RFC 7515) with the claims of distribution's token specification. The
 * key is one that the registry trusts already. Safe for use by many threads.
 */
public final class TokenVerifier {

    /** By how much clocks may differ; as in distribution. */
    private static final Duration LEEWAY = Duration.ofSeconds(60);

    /** Headers are bounded by the server; this holds for other callers. In characters. */
    private static final int MAX_LENGTH = 64 * 1024;

    /** Makes the identity from the claims of a token, which are right otherwise. */
    @FunctionalInterface
    public interface IdentityReader {

        /**
         * @throws ParseException when the claims have another form
         */
        Identity read(JWTClaimsSet claims, List<Grant> grants) throws ParseException;
    }

    private final String issuer;
    private final String audience;
    private final Set<String> algorithms;
    private final KeySource keys;
    private final IdentityReader identities;
    private final Clock clock;

    /** A verifier of tokens of another service. */
    TokenVerifier(TokenSettings settings, TrustedKeys keys, Clock clock) {
        this(
                settings.issuer(),
                settings.service(),
                settings.signingAlgorithms().isEmpty()
                        ? SigningAlgorithm.asymmetric().toList()
                        : settings.signingAlgorithms(),
                () -> keys,
                TokenVerifier::named,
                clock);
    }

    /**
     * @param issuer of the tokens
     * @param audience that they must have, among others perhaps
     * @param algorithms that they may be signed with
     */
    public TokenVerifier(
            String issuer,
            String audience,
            List<SigningAlgorithm> algorithms,
            KeySource keys,
            IdentityReader identities,
            Clock clock) {
        this.issuer = issuer;
        this.audience = audience;
        this.algorithms =
                algorithms.stream()
                        .map(SigningAlgorithm::header)
                        .collect(Collectors.toUnmodifiableSet());
        this.keys = keys;
        this.identities = identities;
        this.clock = clock;
    }

    /** Another service tells a name, and nothing else about a user. */
    private static Identity named(JWTClaimsSet claims, List<Grant> grants) {
        String name = Objects.requireNonNullElse(claims.getSubject(), "");
        Identity.Kind kind = name.isEmpty() ? Identity.Kind.ANONYMOUS : Identity.Kind.USER;
        return new Identity(kind, name, Set.of(), grants);
    }

    /**
     * {@code null}: the token is malformed, not signed by a trusted key, or not valid now.
     *
     * @throws io.berth.error.RegistryException UNAVAILABLE when the keys cannot be read
     */
    public @Nullable Verified verify(String token) {
        JWTClaimsSet claims = claims(token);
        if (claims == null) {
            return null;
        }
        try {
            Identity identity = identities.read(claims, AccessClaim.read(claims));
            return new Verified(identity, end(claims));
        } catch (ParseException | IllegalArgumentException e) {
            return null;
        }
    }

    /**
     * The claims of a token; {@code null}: it is malformed, not signed by a trusted key, or not
     * valid now.
     *
     * @throws io.berth.error.RegistryException UNAVAILABLE when the keys cannot be read
     */
    public @Nullable JWTClaimsSet claims(String token) {
        if (token.length() > MAX_LENGTH) {
            return null;
        }
        try {
            JWSObject jws = Signatures.parse(token);
            if (jws == null || !isSigned(jws)) {
                return null;
            }
            JWTClaimsSet claims = JWTClaimsSet.parse(payload(jws));
            return isValid(claims) ? claims : null;
        } catch (ParseException e) {
            return null;
        } catch (IllegalArgumentException | IllegalStateException e) {
            return null; // what the library throws for keys and values that it cannot take
        }
    }

    private static Map<String, Object> payload(JWSObject jws) throws ParseException {
        Map<String, Object> claims = jws.getPayload().toJSONObject();
        if (claims == null) {
            throw new ParseException("the payload is no JSON object", 0);
        }
        return claims;
    }

    private boolean isSigned(JWSObject jws) {
        JWSHeader header = jws.getHeader();
        if (!algorithms.contains(header.getAlgorithm().getName())) {
            return false;
        }
        JWK key = key(header);
        return key != null && Signatures.isSignedWith(jws, key);
    }

    private @Nullable JWK key(JWSHeader header) {
        JWK key = key(header, keys.known());
        return key == null ? key(header, keys.refreshed()) : key;
    }

    private static @Nullable JWK key(JWSHeader header, TrustedKeys trusted) {
        if (header.getX509CertChain() != null) {
            return trusted.ofChain(header.getX509CertChain());
        }
        if (header.getJWK() != null) {
            return trusted.same(header.getJWK());
        }
        return header.getKeyID() == null ? null : trusted.byId(header.getKeyID());
    }

    private boolean isValid(JWTClaimsSet claims) {
        Instant now = clock.instant();
        if (!issuer.equals(claims.getIssuer())
                || !claims.getAudience().contains(audience)
                || claims.getExpirationTime() == null) {
            return false;
        }
        boolean early =
                claims.getNotBeforeTime() != null
                        && now.isBefore(claims.getNotBeforeTime().toInstant().minus(LEEWAY));
        return !early && now.isBefore(end(claims));
    }

    private static Instant end(JWTClaimsSet claims) {
        return claims.getExpirationTime().toInstant().plus(LEEWAY);
    }
}
