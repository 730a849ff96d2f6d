package io.berth.server.tls;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/** Makes certificates for tests, for which the JDK has no class: X.509 version 3, in DER. */
public final class TestCertificates {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final int BOOLEAN = 0x01;
    private static final int INTEGER = 0x02;
    private static final int BITS = 0x03;
    private static final int OCTETS = 0x04;
    private static final int UTF8 = 0x0c;
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int VERSION = 0xa0;
    private static final int EXTENSIONS = 0xa3;
    private static final int DNS_NAME = 0x82;
    private static final int ADDRESS = 0x87;

    private static final byte[] SHA256_WITH_ECDSA =
            sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
    private static final byte[] SHA256_WITH_RSA =
            sequence(oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b), der(0x05));

    private TestCertificates() {}

    /**
     * A certificate with its key.
     *
     * @param chain the certificate, and those of its issuers but the last
     */
    public record Identity(List<X509Certificate> chain, KeyPair keys, String name) {

        public X509Certificate certificate() {
            return chain.getFirst();
        }

        public String chainPem() {
            StringBuilder all = new StringBuilder();
            chain.forEach(one -> all.append(pem(one)));
            return all.toString();
        }

        public String keyPem() {
            return pem("PRIVATE KEY", keys.getPrivate().getEncoded());
        }
    }

    public static KeyPair ec() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static KeyPair rsa() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** An authority that has signed itself. */
    public static Identity authority(String name) {
        KeyPair keys = ec();
        return new Identity(
                List.of(sign(name, keys, name, keys.getPrivate(), true, Duration.ofDays(10))),
                keys,
                name);
    }

    /** For localhost and 127.0.0.1, valid for ten days. */
    public static Identity issue(Identity issuer, String name) {
        return issue(issuer, name, ec(), false, Duration.ofDays(10));
    }

    /**
     * @param valid from ten days ago; negative: it has ended
     */
    public static Identity issue(
            Identity issuer, String name, KeyPair keys, boolean authority, Duration valid) {
        X509Certificate certificate =
                sign(name, keys, issuer.name(), issuer.keys().getPrivate(), authority, valid);
        boolean issuerIsRoot = issuer.chain().size() == 1 && isSelfSigned(issuer.certificate());
        if (issuerIsRoot) {
            return new Identity(List.of(certificate), keys, name);
        }
        List<X509Certificate> chain = new ArrayList<>(List.of(certificate));
        chain.addAll(issuer.chain());
        return new Identity(chain, keys, name);
    }

    private static boolean isSelfSigned(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    /** Writes a chain and its key as server.pem and server.key. */
    public static void write(Path folder, Identity identity) throws IOException {
        Files.writeString(folder.resolve("server.key"), identity.keyPem());
        Files.writeString(folder.resolve("server.pem"), identity.chainPem());
    }

    /** What a client believes and shows. */
    public static SSLContext client(X509Certificate believed, @Nullable Identity shown) {
        try {
            KeyStore trust = KeyStore.getInstance("PKCS12");
            trust.load(null, null);
            trust.setCertificateEntry("authority", believed);
            TrustManagerFactory trusting = TrustManagerFactory.getInstance("PKIX");
            trusting.init(trust);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers(shown), trusting.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyManager @Nullable [] managers(@Nullable Identity shown)
            throws GeneralSecurityException, IOException {
        if (shown == null) {
            return null;
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "client",
                shown.keys().getPrivate(),
                new char[0],
                shown.chain().toArray(new Certificate[0]));
        KeyManagerFactory managing = KeyManagerFactory.getInstance("SunX509");
        managing.init(store, new char[0]);
        return new KeyManager[] {new Shown((X509KeyManager) managing.getKeyManagers()[0])};
    }

    /** Shows its certificate also to servers that say that they trust others. */
    private static final class Shown extends X509ExtendedKeyManager {

        private final X509KeyManager manager;

        Shown(X509KeyManager manager) {
            this.manager = manager;
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return List.of(types).contains("EC") ? "client" : null;
        }

        @Override
        public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
            return new String[] {"client"};
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return manager.getCertificateChain(alias);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return manager.getPrivateKey(alias);
        }

        @Override
        public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseServerAlias(
                String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }
    }

    public static String pem(X509Certificate certificate) {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static String pem(String kind, byte[] der) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(
                        kind,
                        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der),
                        kind);
    }

    private static X509Certificate sign(
            String subject,
            KeyPair keys,
            String issuer,
            PrivateKey issuerKey,
            boolean authority,
            Duration valid) {
        boolean rsa = issuerKey.getAlgorithm().equals("RSA");
        byte[] algorithm = rsa ? SHA256_WITH_RSA : SHA256_WITH_ECDSA;
        Instant now = Instant.now();
        byte[] body =
                sequence(
                        der(VERSION, der(INTEGER, new byte[] {2})),
                        der(INTEGER, BigInteger.valueOf(System.nanoTime()).toByteArray()),
                        algorithm,
                        name(issuer),
                        sequence(time(now.minus(Duration.ofDays(10))), time(now.plus(valid))),
                        name(subject),
                        keys.getPublic().getEncoded(),
                        der(EXTENSIONS, extensions(authority)));
        try {
            Signature signature = Signature.getInstance(rsa ? "SHA256withRSA" : "SHA256withECDSA");
            signature.initSign(issuerKey);
            signature.update(body);
            byte[] whole =
                    sequence(body, algorithm, der(BITS, join(new byte[1], signature.sign())));
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(whole));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] extensions(boolean authority) {
        byte[] constraints =
                authority ? sequence(der(BOOLEAN, new byte[] {(byte) 0xff})) : sequence();
        byte[] names =
                sequence(
                        der(DNS_NAME, "localhost".getBytes(StandardCharsets.US_ASCII)),
                        der(ADDRESS, new byte[] {127, 0, 0, 1}));
        return sequence(
                sequence(oid(0x55, 0x1d, 0x13), der(OCTETS, constraints)),
                sequence(oid(0x55, 0x1d, 0x11), der(OCTETS, names)));
    }

    private static byte[] name(String common) {
        return sequence(
                der(
                        SET,
                        sequence(
                                oid(0x55, 0x04, 0x03),
                                der(UTF8, common.getBytes(StandardCharsets.UTF_8)))));
    }

    private static byte[] time(Instant instant) {
        return der(GENERALIZED_TIME, TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] oid(int... bytes) {
        byte[] content = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            content[i] = (byte) bytes[i];
        }
        return der(0x06, content);
    }

    private static byte[] sequence(byte[]... parts) {
        return der(SEQUENCE, parts);
    }

    private static byte[] der(int tag, byte[]... parts) {
        byte[] content = join(parts);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 128) {
            out.write(content.length);
        } else {
            byte[] length = BigInteger.valueOf(content.length).toByteArray();
            int from = length[0] == 0 ? 1 : 0;
            out.write(0x80 | (length.length - from));
            out.write(length, from, length.length - from);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
