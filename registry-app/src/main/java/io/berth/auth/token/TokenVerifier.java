package io.berth.auth.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import io.berth.access.Grant;
import io.berth.access.Identity;
import io.berth.auth.token.TokenSettings.SigningAlgorithm;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
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
 * key is one that the registry trusts already, and its kind decides which algorithms it can be used
 * with: a public key is never taken for a shared secret. Safe for use by many threads.
 */
final class TokenVerifier {

    /** By how much clocks may differ; as in distribution. */
    private static final Duration LEEWAY = Duration.ofSeconds(60);

    /** Headers are bounded by the server; this holds for other callers. In characters. */
    private static final int MAX_LENGTH = 64 * 1024;

    /** Grants of one token. */
    private static final int MAX_GRANTS = 1000;

    /** Bytes of an Ed25519 public key (RFC 8032, section 5.1.5). */
    private static final int ED25519_BYTES = 32;

    /**
     * A token that is right at this moment.
     *
     * @param expires when it ends, with the leeway
     */
    record Verified(Identity identity, Instant expires) {}

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
            JWSObject jws = JWSObject.parse(token);
            return isSigned(jws) ? checked(JWTClaimsSet.parse(payload(jws))) : null;
        } catch (ParseException | JOSEException | GeneralSecurityException e) {
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

    private boolean isSigned(JWSObject jws) throws JOSEException, GeneralSecurityException {
        JWSHeader header = jws.getHeader();
        if (!algorithms.contains(header.getAlgorithm().getName())) {
            return false;
        }
        JWK key = key(header);
        if (key == null) {
            return false;
        }
        if (key instanceof OctetKeyPair pair) {
            return header.getAlgorithm().getName().equals(SigningAlgorithm.EDDSA.header())
                    && header.getCriticalParams() == null
                    && isSignedWithEd25519(jws, pair);
        }
        return jws.verify(verifier(key));
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

    /** Each of these refuses algorithms that are not of the kind of its key. */
    private static JWSVerifier verifier(JWK key) throws JOSEException {
        return switch (key) {
            case RSAKey rsa -> new RSASSAVerifier(rsa);
            case ECKey ec -> new ECDSAVerifier(ec);
            case OctetSequenceKey secret -> new MACVerifier(secret);
            default -> throw new JOSEException("keys of type " + key.getKeyType() + " do not sign");
        };
    }

    /** With the JDK: the library needs another one for this algorithm. */
    private static boolean isSignedWithEd25519(JWSObject jws, OctetKeyPair key)
            throws GeneralSecurityException {
        byte[] point = key.getDecodedX();
        if (!key.getCurve().equals(Curve.Ed25519) || point.length != ED25519_BYTES) {
            return false;
        }
        boolean odd = (point[ED25519_BYTES - 1] & 0x80) != 0;
        point[ED25519_BYTES - 1] &= 0x7f;
        byte[] bigEndian = new byte[ED25519_BYTES];
        for (int i = 0; i < ED25519_BYTES; i++) {
            bigEndian[i] = point[ED25519_BYTES - 1 - i];
        }
        EdECPoint y = new EdECPoint(odd, new BigInteger(1, bigEndian));
        Signature signature = Signature.getInstance("Ed25519");
        signature.initVerify(
                KeyFactory.getInstance("Ed25519")
                        .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, y)));
        signature.update(jws.getSigningInput());
        return signature.verify(jws.getSignature().decode());
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
