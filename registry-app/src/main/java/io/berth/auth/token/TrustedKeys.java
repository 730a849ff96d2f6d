package io.berth.auth.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jose.util.X509CertChainUtils;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.text.ParseException;
import java.util.ArrayList;
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
final class TrustedKeys {

    private static final int MAX_CHAIN = 10;

    private final Map<String, JWK> byId = new HashMap<>();
    private final Set<TrustAnchor> roots = new HashSet<>();

    private TrustedKeys() {}

    /**
     * @param certificates whose keys are trusted, and what they have signed
     * @param keys that are trusted; of private keys only the public half is kept
     * @throws GeneralSecurityException when a key is of a kind that cannot sign tokens
     */
    static TrustedKeys of(List<X509Certificate> certificates, JWKSet keys)
            throws GeneralSecurityException {
        TrustedKeys trusted = new TrustedKeys();
        try {
            for (X509Certificate certificate : certificates) {
                trusted.roots.add(new TrustAnchor(certificate, null));
                trusted.add(JWK.parse(certificate));
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

    boolean isEmpty() {
        return byId.isEmpty();
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
                    ? JWK.parse(certificates.getFirst())
                    : null;
        } catch (ParseException | GeneralSecurityException | JOSEException e) {
            return null;
        }
    }

    private boolean isRoot(X509Certificate certificate) {
        return roots.stream().anyMatch(root -> certificate.equals(root.getTrustedCert()));
    }
}
