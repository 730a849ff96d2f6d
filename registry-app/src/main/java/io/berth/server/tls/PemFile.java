package io.berth.server.tls;

import io.berth.config.tree.WrongSettingException;
import io.berth.setting.ValueSanitizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.pem.PemContent;

/**
 * A file of certificates or of a private key, which a setting names. What it throws are sentences
 * for the administrator, which never show content of the file. Immutable.
 */
final class PemFile {

    private static final int MAX_BYTES = 1024 * 1024;

    private final String setting;
    private final Path path;
    private final String text;

    private PemFile(String setting, Path path, String text) {
        this.setting = setting;
        this.path = path;
        this.text = text;
    }

    /**
     * @throws WrongSettingException when it cannot be read
     */
    static PemFile read(String setting, Path path) {
        if (Files.isDirectory(path)) {
            throw wrong(setting, path, "which is a folder: name the file in it", null);
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw wrong(setting, path, "which is larger than 1 MiB, so no PEM file", null);
            }
            return new PemFile(setting, path, new String(bytes, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException e) {
            throw wrong(
                    setting,
                    path,
                    "which does not exist: correct the path, or mount the file into the container",
                    e);
        } catch (AccessDeniedException e) {
            throw wrong(
                    setting,
                    path,
                    "which this process may not read: give its user the right to",
                    e);
        } catch (IOException e) {
            throw wrong(setting, path, "which cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /**
     * All certificates in it, at least one.
     *
     * @throws WrongSettingException when there is none, or one of them is damaged
     */
    List<X509Certificate> certificates() {
        if (!text.contains("CERTIFICATE-----")) {
            throw wrong(
                    text.contains("PRIVATE KEY-----")
                            ? "which holds a private key instead of a certificate: have you mixed"
                                    + " up http.tls.certificate and http.tls.key?"
                            : "in which there is no certificate in the format PEM (-----BEGIN"
                                    + " CERTIFICATE-----): convert it by openssl x509 -inform DER"
                                    + " -in FILE -out NEW",
                    null);
        }
        try {
            return PemContent.of(text).getCertificates();
        } catch (RuntimeException e) {
            throw wrong("in which a certificate is damaged: replace the file", e);
        }
    }

    /**
     * The private key in it: PKCS#1, PKCS#8 or SEC 1.
     *
     * @throws WrongSettingException when there is none that can be used
     */
    PrivateKey privateKey() {
        if (!text.contains("PRIVATE KEY-----")) {
            throw wrong(
                    text.contains("CERTIFICATE-----")
                            ? "which holds a certificate, but no private key: have you mixed up"
                                    + " http.tls.certificate and http.tls.key?"
                            : "in which there is no private key in the format PEM (-----BEGIN"
                                    + " PRIVATE KEY-----): convert it by openssl pkey -inform DER"
                                    + " -in FILE -out NEW",
                    null);
        }
        if (text.contains("ENCRYPTED")) {
            throw wrong(
                    "whose private key is encrypted with a password: decrypt it by openssl pkey"
                            + " -in FILE -out NEW, and let only the registry read the new file",
                    null);
        }
        try {
            PrivateKey key = PemContent.of(text).getPrivateKey();
            if (key != null) {
                return key;
            }
        } catch (RuntimeException e) {
            // Without its cause, whose message could show some of the key.
        }
        throw wrong(
                "whose private key is damaged or of an unknown kind: take one of RSA, ECDSA or"
                        + " Ed25519",
                null);
    }

    /** The path, for messages. */
    @Override
    public String toString() {
        return ValueSanitizer.sanitize(path);
    }

    /**
     * @param problem completes "The setting … names FILE,"
     */
    WrongSettingException wrong(String problem, @Nullable Throwable cause) {
        return wrong(setting, path, problem, cause);
    }

    private static WrongSettingException wrong(
            String setting, Path path, String problem, @Nullable Throwable cause) {
        return new WrongSettingException(
                "The setting %s names %s, %s."
                        .formatted(setting, ValueSanitizer.sanitize(path), problem),
                cause);
    }
}
