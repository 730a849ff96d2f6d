package io.berth.auth.jws;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
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
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.text.ParseException;
import org.jspecify.annotations.Nullable;

/**
 * Checks the signatures of tokens. The kind of a key decides which algorithms it can be used with:
 * a public key is never taken for a shared secret.
 */
public final class Signatures {

    /** Bytes of an Ed25519 public key (RFC 8032, section 5.1.5). */
    private static final int ED25519_BYTES = 32;

    private Signatures() {}

    /**
     * Parses a token (RFC 7515, section 3.1), without a look at its signature; {@code null}: it is
     * none.
     */
    public static @Nullable JWSObject parse(String token) {
        try {
            return JWSObject.parse(token);
        } catch (ParseException | RuntimeException e) {
            return null; // the library fails with any exception for headers such as null
        }
    }

    /**
     * Whether a token is signed with a key, by an algorithm of that kind of key. {@code false} as
     * well for a key that cannot sign, and for a header with extensions that have to be understood
     * ({@code crit}).
     */
    public static boolean isSignedWith(JWSObject jws, JWK key) {
        if (jws.getHeader().getCriticalParams() != null) {
            return false;
        }
        try {
            return key instanceof OctetKeyPair pair
                    ? jws.getHeader().getAlgorithm().equals(JWSAlgorithm.EdDSA)
                            && isSignedWithEd25519(jws, pair)
                    : jws.verify(verifier(key));
        } catch (JOSEException | GeneralSecurityException e) {
            return false;
        } catch (IllegalArgumentException | IllegalStateException e) {
            return false; // what the library throws for keys and values that it cannot take
        }
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
}
