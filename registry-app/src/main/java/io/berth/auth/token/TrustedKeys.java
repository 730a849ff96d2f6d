package io.berth.auth.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.X509CertChainUtils;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertPathValidator;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys that tokens may be signed with. A key is found by the {@code kid} of its set, by its
 * thumbprint (RFC 7638), or by the id that distribution 2 gives it. Immutable.
 */
public final class TrustedKeys {

    private static final int MAX_CHAIN = 10;

    private final Map<String, JWK> byId = new HashMap<>();
    private final Set<TrustAnchor> roots = new HashSet<>();

    private TrustedKeys() {}

    /**
     * @param certificates whose keys are trusted, and what they have signed
     * @param keys that are trusted; of private keys only the public half is kept
     * @throws GeneralSecurityException when a key is of a kind that cannot sign tokens
     */
    public static TrustedKeys of(List<X509Certificate> certificates, JWKSet keys)
            throws GeneralSecurityException {
        TrustedKeys trusted = new TrustedKeys();
        try {
            for (X509Certificate certificate : certificates) {
                trusted.roots.add(new TrustAnchor(certificate, null));
                trusted.add(jwk(certificate.getPublicKey()));
            }
            for (JWK key : keys.getKeys()) {
                trusted.add(key);
            }
        } catch (JOSEException e) {
            throw new GeneralSecurityException(e.getMessage(), e);
        }
        return trusted;
    }

    /** Certificates of a PEM file. */
    static List<X509Certificate> certificates(byte[] pem) throws GeneralSecurityException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Certificate certificate :
                CertificateFactory.getInstance("X.509")
                        .generateCertificates(new ByteArrayInputStream(pem))) {
            certificates.add((X509Certificate) certificate);
        }
        return certificates;
    }

    /** The library itself reads certificates only with another library. */
    static JWK jwk(PublicKey key) throws GeneralSecurityException {
        return switch (key) {
            case RSAPublicKey rsa -> new RSAKey.Builder(rsa).build();
            case ECPublicKey ec -> {
                Curve curve = Curve.forECParameterSpec(ec.getParams());
                if (curve == null) {
                    throw new GeneralSecurityException("the curve of an EC key is not known");
                }
                yield new ECKey.Builder(curve, ec).build();
            }
            case EdECPublicKey ed when ed.getParams().getName().equals("Ed25519") -> {
                byte[] encoded = ed.getEncoded(); // the point is its end (RFC 8410, section 4)
                byte[] point = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
                yield new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(point)).build();
            }
            default ->
                    throw new GeneralSecurityException(
                            "a key of type " + key.getAlgorithm() + " cannot sign tokens");
        };
    }

    private void add(JWK key) throws JOSEException {
        JWK kept = key instanceof AsymmetricJWK ? key.toPublicJWK() : key;
        if (key.getKeyID() != null) {
            byId.put(key.getKeyID(), kept);
        }
        byId.putIfAbsent(key.computeThumbprint().toString(), kept);
        if (key instanceof AsymmetricJWK asymmetric && !(key instanceof OctetKeyPair)) {
            byId.putIfAbsent(KeyIds.libtrust(asymmetric.toPublicKey()), kept);
        }
    }

    /** {@code null}: no key with this id is trusted. */
    @Nullable JWK byId(String id) {
        return byId.get(id);
    }

    /**
     * The trusted key that is the same as one that a token brings along; {@code null}: it is not
     * trusted. What else the token says of the key does not matter.
     */
    @Nullable JWK same(JWK embedded) {
        try {
            return byId.get(embedded.computeThumbprint().toString());
        } catch (JOSEException e) {
            return null;
        }
    }

    /**
     * The key of the first certificate of a chain that ends at a trusted certificate; {@code null}:
     * the chain is not valid now.
     */
    @Nullable JWK ofChain(List<Base64> chain) {
        if (roots.isEmpty() || chain.isEmpty() || chain.size() > MAX_CHAIN) {
            return null;
        }
        try {
            List<X509Certificate> certificates = X509CertChainUtils.parse(chain);
            PKIXParameters parameters = new PKIXParameters(roots);
            parameters.setRevocationEnabled(false); // no list of revoked ones is configured
            List<X509Certificate> path =
                    certificates.stream().filter(certificate -> !isRoot(certificate)).toList();
            if (path.isEmpty()) {
                certificates.getFirst().checkValidity();
            } else {
                CertPathValidator.getInstance("PKIX")
                        .validate(
                                CertificateFactory.getInstance("X.509").generateCertPath(path),
                                parameters);
            }
            return isRoot(certificates.getFirst()) || path.contains(certificates.getFirst())
                    ? jwk(certificates.getFirst().getPublicKey())
                    : null;
        } catch (ParseException | GeneralSecurityException e) {
            return null;
        }
    }

    private boolean isRoot(X509Certificate certificate) {
        return roots.stream().anyMatch(root -> certificate.equals(root.getTrustedCert()));
    }
}
