package io.berth.auth.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The public keys with which an issuer signs tokens (RFC 7517). Keys of other kinds and for other
 * uses are left out, shared secrets above all. Immutable.
 */
final class KeySet {

    /** Bytes of a document; a set of a hundred RSA keys has 50 KiB. */
    static final int MAX_BYTES = 256 * 1024;

    private static final int MAX_KEYS = 100;
    private static final int LEAST_RSA_BITS = 2048;

    /** A longer key makes each check slow. */
    private static final int MOST_RSA_BITS = 8192;

    private static final Set<Curve> CURVES = Set.of(Curve.P_256, Curve.P_384, Curve.P_521);

    private final List<JWK> keys;

    private KeySet(List<JWK> keys) {
        this.keys = List.copyOf(keys);
    }

    /**
     * @throws IOException when the document is no set of keys, or has none that can be used
     */
    static KeySet parse(byte[] document) throws IOException {
        List<JWK> keys = new ArrayList<>();
        for (Map<String, Object> entry : entries(document)) {
            JWK key = key(entry);
            if (key != null) {
                keys.add(key);
            }
        }
        if (keys.isEmpty()) {
            throw new IOException(
                    "the set of keys has none that can be used: RSA keys of %d to %d bits, EC keys of a NIST curve, or Ed25519 keys, each with a kid"
                            .formatted(LEAST_RSA_BITS, MOST_RSA_BITS));
        }
        return new KeySet(keys);
    }

    private static Map<String, Object>[] entries(byte[] document) throws IOException {
        try {
            Map<String, Object> set =
                    JSONObjectUtils.parse(new String(document, StandardCharsets.UTF_8));
            Map<String, Object>[] entries =
                    set == null ? null : JSONObjectUtils.getJSONObjectArray(set, "keys");
            if (entries == null || entries.length > MAX_KEYS) {
                throw new IOException("the set of keys has no member keys, or too many");
            }
            return entries;
        } catch (ParseException e) {
            throw new IOException("the set of keys is not in JSON, as RFC 7517 has it");
        }
    }

    /** The public half; {@code null}: it cannot be used. */
    private static @Nullable JWK key(Map<String, Object> entry) {
        try {
            JWK key = JWK.parse(entry);
            boolean signs =
                    key.getKeyID() != null
                            && key instanceof AsymmetricJWK
                            && (key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE))
                            && (key.getKeyOperations() == null
                                    || key.getKeyOperations().contains(KeyOperation.VERIFY));
            return signs && isStrong(key) ? key.toPublicJWK() : null;
        } catch (ParseException | JOSEException e) {
            return null;
        } catch (IllegalArgumentException | IllegalStateException e) {
            return null; // what the library throws for values that it cannot take
        }
    }

    private static boolean isStrong(JWK key) throws JOSEException {
        return switch (key) {
            case RSAKey rsa -> rsa.size() >= LEAST_RSA_BITS && rsa.size() <= MOST_RSA_BITS;
            case ECKey ec -> CURVES.contains(ec.getCurve());
            case OctetKeyPair pair -> pair.getCurve().equals(Curve.Ed25519);
            default -> false;
        };
    }

    /** {@code null}: there is no key of this id that can be used with the algorithm. */
    @Nullable JWK find(String id, JWSAlgorithm algorithm) {
        for (JWK key : keys) {
            if (id.equals(key.getKeyID())
                    && isFor(key, algorithm)
                    && (key.getAlgorithm() == null || key.getAlgorithm().equals(algorithm))) {
                return key;
            }
        }
        return null;
    }

    private static boolean isFor(JWK key, JWSAlgorithm algorithm) {
        return switch (key) {
            case RSAKey _ -> JWSAlgorithm.Family.RSA.contains(algorithm);
            case ECKey ec -> JWSAlgorithm.Family.EC.contains(algorithm) && isOf(ec, algorithm);
            default -> algorithm.equals(JWSAlgorithm.EdDSA);
        };
    }

    private static boolean isOf(ECKey key, JWSAlgorithm algorithm) {
        return Curve.forJWSAlgorithm(algorithm).contains(key.getCurve());
    }

    int size() {
        return keys.size();
    }
}
