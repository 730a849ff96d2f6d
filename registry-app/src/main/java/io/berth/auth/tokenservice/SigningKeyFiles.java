package io.berth.auth.tokenservice;

import com.nimbusds.jose.jwk.JWKSet;
import io.berth.auth.token.TrustedKeys;
import io.berth.config.tree.WrongSettingException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.pem.PemContent;

/**
 * A key that the administrator keeps in files, read once. Messages never show what is in them.
 * Immutable.
 */
record SigningKeyFiles(SigningKey signing, TrustedKeys known) implements SigningKeys {

    private static final int MAX_BYTES = 1024 * 1024;

    private static final String CERTIFICATE = "auth.tokenservice.certificate";
    private static final String KEY = "auth.tokenservice.key";

    /** How such files are made. */
    private static final String ADVICE =
            "make one by openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days"
                    + " 3650 -subj /CN=tokens -keyout KEY -out CERTIFICATE";

    /**
     * @throws WrongSettingException when a file cannot be read, or has something else in it
     */
    static SigningKeyFiles read(Path certificate, Path key) {
        String chain = text(CERTIFICATE, certificate);
        String secret = text(KEY, key);
        List<X509Certificate> certificates;
        try {
            certificates = PemContent.of(chain).getCertificates();
        } catch (RuntimeException e) {
            throw wrong(CERTIFICATE, certificate, "has no certificate in PEM, or a damaged one", e);
        }
        PrivateKey privateKey;
        try {
            privateKey = PemContent.of(secret).getPrivateKey();
        } catch (RuntimeException e) {
            privateKey = null; // without the cause, whose message could show some of the key
        }
        if (privateKey == null) {
            throw wrong(KEY, key, "has no private key in PEM that is not encrypted", null);
        }
        try {
            return new SigningKeyFiles(
                    new SigningKey(privateKey, certificates),
                    TrustedKeys.of(certificates, new JWKSet()));
        } catch (GeneralSecurityException e) {
            throw wrong(KEY, key, "does not go with " + certificate + ": " + e.getMessage(), e);
        }
    }

    @Override
    public List<SigningKey> all() {
        return List.of(signing);
    }

    private static String text(String setting, Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw wrong(setting, file, "is larger than 1 MiB", null);
            }
            return new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw wrong(setting, file, "does not exist", e);
        } catch (IOException e) {
            throw wrong(setting, file, "cannot be read", e);
        }
    }

    private static WrongSettingException wrong(
            String setting, Path file, String what, @Nullable Throwable cause) {
        return new WrongSettingException(
                "%s is %s, which %s: %s.".formatted(setting, file, what, ADVICE), cause);
    }
}
