package io.berth.auth.token;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Keys with certificates, made by the JDK's keytool in a folder of the test. */
final class TestCertificates {

    private static final char[] PASSWORD = "password".toCharArray();

    private final Path file;

    TestCertificates(Path folder) {
        this.file = folder.resolve("keys.p12");
    }

    /** An EC key whose certificate is signed by itself, and may sign others. */
    TestCertificates root(String alias) {
        return make(alias, "-ext", "bc:c");
    }

    /** An EC key whose certificate another one has signed. */
    TestCertificates signed(String alias, String signer, String... more) {
        List<String> options = new ArrayList<>(List.of("-signer", signer));
        options.addAll(List.of(more));
        return make(alias, options.toArray(String[]::new));
    }

    private TestCertificates make(String alias, String... more) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                alias,
                                "-dname",
                                "CN=" + alias,
                                "-keyalg",
                                "EC",
                                "-groupname",
                                "secp256r1",
                                "-keystore",
                                file.toString(),
                                "-storepass",
                                new String(PASSWORD)));
        command.addAll(List.of(more));
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(Files.createTempFile("keytool", ".log").toFile())
                            .start();
            if (process.waitFor() != 0) {
                throw new IllegalStateException("keytool failed: " + command);
            }
            return this;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private KeyStore store() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        return store;
    }

    PrivateKey key(String alias) throws GeneralSecurityException, IOException {
        return (PrivateKey) store().getKey(alias, PASSWORD);
    }

    /** The certificate of a key, then those that signed it, the root last. */
    List<X509Certificate> chain(String alias) throws GeneralSecurityException, IOException {
        Certificate[] chain = store().getCertificateChain(alias);
        return Arrays.stream(chain).map(X509Certificate.class::cast).toList();
    }

    X509Certificate certificate(String alias) throws GeneralSecurityException, IOException {
        return chain(alias).getFirst();
    }
}
