package io.berth.auth.tokenservice;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.util.Base64;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A private key that signs tokens by ES256, with its certificate. A token brings the certificate
 * along: that is what every version of distribution takes a key from, if the certificate is in its
 * {@code rootcertbundle}. Version 3.0 looks at {@code kid} first, and knows keys by their
 * thumbprint (RFC 7638). Immutable.
 */
final class SigningKey {

    private final PrivateKey key;
    private final List<X509Certificate> chain;
    private final ECKey publicKey;
    private final JWSSigner signer;
    private final List<Base64> encodedChain;

    /**
     * @param chain the certificate of the key first
     * @throws GeneralSecurityException when the key is none of the curve P-256, or the certificate
     *     is that of another one
     */
    SigningKey(PrivateKey key, List<X509Certificate> chain) throws GeneralSecurityException {
        this.key = key;
        this.chain = List.copyOf(chain);
        if (!(key instanceof ECPrivateKey ec)
                || !(chain.getFirst().getPublicKey() instanceof ECPublicKey point)
                || !Curve.P_256.equals(Curve.forECParameterSpec(point.getParams()))) {
            throw new GeneralSecurityException("it is no EC key of the curve P-256");
        }
        try {
            ECKey plain = new ECKey.Builder(Curve.P_256, point).build();
            this.publicKey =
                    new ECKey.Builder(plain)
                            .keyID(plain.computeThumbprint().toString())
                            .algorithm(JWSAlgorithm.ES256)
                            .build();
            this.signer = new ECDSASigner(ec);
            if (!isPair()) {
                throw new GeneralSecurityException("the certificate is that of another key");
            }
        } catch (JOSEException e) {
            throw new GeneralSecurityException(e.getMessage(), e);
        }
        this.encodedChain = new ArrayList<>();
        for (X509Certificate certificate : chain) {
            encodedChain.add(Base64.encode(certificate.getEncoded()));
        }
    }

    private boolean isPair() throws JOSEException {
        JWSObject probe = new JWSObject(new JWSHeader(JWSAlgorithm.ES256), new Payload("probe"));
        probe.sign(signer);
        return probe.verify(new ECDSAVerifier(publicKey));
    }

    PrivateKey privateKey() {
        return key;
    }

    X509Certificate certificate() {
        return chain.getFirst();
    }

    /** All certificates that belong to the key, its own first. */
    List<X509Certificate> chain() {
        return chain;
    }

    /** What the keys of a set are made of (RFC 7517, section 5). */
    Map<String, Object> publicJwk() {
        return publicKey.toJSONObject();
    }

    /** A compact JWS (RFC 7515) with these claims. */
    String sign(JOSEObjectType type, Map<String, Object> claims) {
        JWSHeader header =
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(type)
                        .keyID(publicKey.getKeyID())
                        .x509CertChain(encodedChain)
                        .build();
        JWSObject token = new JWSObject(header, new Payload(claims));
        try {
            token.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException(e); // the key has signed before
        }
        return token.serialize();
    }

    /** For a document or a file: the certificate as it is written. */
    static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e); // it was read from such bytes
        }
    }
}
