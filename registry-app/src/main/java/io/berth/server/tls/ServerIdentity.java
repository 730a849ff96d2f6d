package io.berth.server.tls;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.pem.PemSslStore;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;

/**
 * What the server shows to clients, and what it verifies them against. Immutable.
 *
 * @param chain the server's certificate, the one of its issuer, and so on
 * @param key the private key of the first
 * @param clientAuthorities empty: none are known
 */
record ServerIdentity(
        List<X509Certificate> chain, PrivateKey key, List<X509Certificate> clientAuthorities) {

    /**
     * Reads the files that the settings name.
     *
     * @throws io.berth.config.tree.WrongSettingException when a file is wrong, with a sentence for
     *     the administrator
     */
    static ServerIdentity read(TlsSettings settings) {
        PemFile certificates =
                PemFile.read(
                        "http.tls.certificate", Objects.requireNonNull(settings.certificate()));
        PemFile keyFile = PemFile.read("http.tls.key", Objects.requireNonNull(settings.key()));
        List<X509Certificate> all = certificates.certificates();
        PrivateKey key = keyFile.privateKey();
        X509Certificate own =
                all.stream()
                        .filter(one -> belongTogether(key, one.getPublicKey()))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        keyFile.wrong(
                                                "whose private key belongs to none of the"
                                                        + " certificates in "
                                                        + certificates
                                                        + ": http.tls.certificate and http.tls.key"
                                                        + " must have been made together",
                                                null));
        List<X509Certificate> authorities = new ArrayList<>();
        settings.clientCas().stream()
                .map(path -> PemFile.read("http.tls.clientcas", path).certificates())
                .forEach(authorities::addAll);
        return new ServerIdentity(chain(own, all), key, authorities);
    }

    /** In the order in which clients want them, whatever their order in the file is. */
    private static List<X509Certificate> chain(X509Certificate own, List<X509Certificate> all) {
        List<X509Certificate> chain = new ArrayList<>(List.of(own));
        Optional<X509Certificate> next = issuer(own, all, chain);
        while (next.isPresent()) {
            chain.add(next.get());
            next = issuer(next.get(), all, chain);
        }
        return List.copyOf(chain);
    }

    private static Optional<X509Certificate> issuer(
            X509Certificate of, List<X509Certificate> all, List<X509Certificate> chain) {
        return all.stream()
                .filter(one -> !chain.contains(one))
                .filter(
                        one ->
                                one.getSubjectX500Principal().equals(of.getIssuerX500Principal())
                                        && isSignedBy(of, one))
                .findFirst();
    }

    private static boolean isSignedBy(X509Certificate certificate, X509Certificate issuer) {
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static boolean belongTogether(PrivateKey key, PublicKey other) {
        String algorithm = signature(key);
        if (algorithm == null || !key.getAlgorithm().equals(other.getAlgorithm())) {
            return false;
        }
        try {
            byte[] anything = {1, 2, 3};
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(anything);
            byte[] signed = signature.sign();
            signature.initVerify(other);
            signature.update(anything);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static @Nullable String signature(PrivateKey key) {
        return switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "EdDSA" -> "EdDSA";
            default -> null;
        };
    }

    /** In the form that Tomcat takes. */
    PemSslStoreBundle stores() {
        return new PemSslStoreBundle(
                PemSslStore.of(chain, key),
                clientAuthorities.isEmpty() ? null : PemSslStore.of(clientAuthorities, null));
    }

    /** When the first of the certificates that the server shows ends. */
    Instant ends() {
        return chain.stream()
                .map(one -> one.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
    }

    /** The subject of the server's certificate, for messages. */
    String subject() {
        return chain.getFirst().getSubjectX500Principal().toString();
    }

    /** Whether clients refuse it because its time is over or has not come. */
    boolean isOutOfTime(Instant now) {
        return chain.stream()
                .anyMatch(
                        one ->
                                now.isBefore(one.getNotBefore().toInstant())
                                        || now.isAfter(one.getNotAfter().toInstant()));
    }

    /** Does not show the key. */
    @Override
    public String toString() {
        return subject();
    }
}
