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
import java.util.ArrayList;
import java.util.HashSet;
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
final class TokenVerifier {

    /** By how much clocks may differ; as in distribution. */
    private static final Duration LEEWAY = Duration.ofSeconds(60);

    /** Headers are bounded by the server; this holds for other callers. In characters. */
    private static final int MAX_LENGTH = 64 * 1024;

    /** Grants of one token. */
    private static final int MAX_GRANTS = 1000;

    private final String issuer;
    private final String service;
    private final Set<String> algorithms;
    private final TrustedKeys keys;
    private final Clock clock;

    TokenVerifier(TokenSettings settings, TrustedKeys keys, Clock clock) {
        this.issuer = settings.issuer();
        this.service = settings.service();
        this.keys = keys;
        this.clock = clock;
        List<SigningAlgorithm> listed = settings.signingAlgorithms();
        this.algorithms =
                (listed.isEmpty() ? SigningAlgorithm.asymmetric() : listed.stream())
                        .map(SigningAlgorithm::header)
                        .collect(Collectors.toUnmodifiableSet());
    }

    /** {@code null}: the token is malformed, not signed by a trusted key, or not valid now. */
    @Nullable Verified verify(String token) {
        if (token.length() > MAX_LENGTH) {
            return null;
        }
        try {
            JWSObject jws = Signatures.parse(token);
            return jws != null && isSigned(jws) ? checked(JWTClaimsSet.parse(payload(jws))) : null;
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
        if (header.getX509CertChain() != null) {
            return keys.ofChain(header.getX509CertChain());
        }
        if (header.getJWK() != null) {
            return keys.same(header.getJWK());
        }
        return header.getKeyID() == null ? null : keys.byId(header.getKeyID());
    }

    private @Nullable Verified checked(JWTClaimsSet claims) throws ParseException {
        Instant now = clock.instant();
        if (!issuer.equals(claims.getIssuer())
                || !claims.getAudience().contains(service)
                || claims.getExpirationTime() == null) {
            return null;
        }
        Instant expires = claims.getExpirationTime().toInstant().plus(LEEWAY);
        boolean early =
                claims.getNotBeforeTime() != null
                        && now.isBefore(claims.getNotBeforeTime().toInstant().minus(LEEWAY));
        if (early || !now.isBefore(expires)) {
            return null;
        }
        String name = Objects.requireNonNullElse(claims.getSubject(), "");
        Identity.Kind kind = name.isEmpty() ? Identity.Kind.ANONYMOUS : Identity.Kind.USER;
        return new Verified(new Identity(kind, name, Set.of(), grants(claims)), expires);
    }

    private static List<Grant> grants(JWTClaimsSet claims) throws ParseException {
        List<Grant> grants = new ArrayList<>();
        if (claims.getClaim("access") == null) {
            return grants;
        }
        if (!(claims.getClaim("access") instanceof List<?> entries)
                || entries.size() > MAX_GRANTS) {
            throw new ParseException("access is no list, or too long", 0);
        }
        for (Object entry : entries) {
            if (!(entry instanceof Map<?, ?> members)) {
                throw new ParseException("access has what is no object", 0);
            }
            grants.add(
                    new Grant(
                            text(members, "type"),
                            text(members, "class"),
                            text(members, "name"),
                            actions(members.get("actions"))));
        }
        return grants;
    }

    private static String text(Map<?, ?> members, String name) throws ParseException {
        Object value = members.get(name);
        if (value == null) {
            return "";
        }
        if (value instanceof String text) {
            return text;
        }
        throw new ParseException(name + " is no text", 0);
    }

    private static Set<String> actions(@Nullable Object value) throws ParseException {
        Set<String> actions = new HashSet<>();
        if (value == null) {
            return actions;
        }
        if (!(value instanceof List<?> list)) {
            throw new ParseException("actions is no list", 0);
        }
        for (Object action : list) {
            if (!(action instanceof String text)) {
                throw new ParseException("an action is no text", 0);
            }
            actions.add(text);
        }
        return actions;
    }
}
