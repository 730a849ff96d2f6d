package io.berth.auth.token;

import com.nimbusds.jose.jwk.JWKSet;
import io.berth.config.tree.WrongSettingException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.text.ParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the keys that settings name. Messages never show what is in a file. */
final class KeyFiles {

    /** Bytes; a set of a hundred RSA keys has 50 KiB. */
    private static final int MAX_BYTES = 1024 * 1024;

    private KeyFiles() {}

    /**
     * @throws WrongSettingException when a file cannot be read, or has no key
     */
    static TrustedKeys read(TokenSettings settings) {
        List<X509Certificate> certificates =
                settings.rootCertBundle() == null
                        ? List.of()
                        : certificates(settings.rootCertBundle());
        JWKSet keys = settings.jwks() == null ? new JWKSet() : keys(settings.jwks());
        try {
            return TrustedKeys.of(certificates, keys);
        } catch (GeneralSecurityException e) {
            throw new WrongSettingException(
                    "A key of auth.token.rootcertbundle or auth.token.jwks cannot be used: "
                            + e.getMessage()
                            + ". Use RSA keys, EC keys of a NIST curve, or Ed25519 keys.",
                    e);
        }
    }

    private static List<X509Certificate> certificates(Path file) {
        String advice = "name a file with certificates in PEM";
        try {
            List<X509Certificate> certificates =
                    TrustedKeys.certificates(bytes("rootcertbundle", file, advice));
            if (certificates.isEmpty()) {
                throw wrong("rootcertbundle", file, "has no certificate", advice, null);
            }
            return certificates;
        } catch (GeneralSecurityException e) {
            throw wrong("rootcertbundle", file, "has something else in it", advice, e);
        }
    }

    private static JWKSet keys(Path file) {
        String advice = "name a file with a set of keys, {\"keys\": [...]}, as RFC 7517 has it";
        String text = new String(bytes("jwks", file, advice), StandardCharsets.UTF_8);
        try {
            JWKSet keys = JWKSet.parse(text);
            if (keys.isEmpty()) {
                throw wrong("jwks", file, "has no key", advice, null);
            }
            return keys;
        } catch (ParseException e) {
            throw wrong("jwks", file, "has something else in it", advice, null);
        }
    }

    private static byte[] bytes(String setting, Path file, String advice) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw wrong(setting, file, "is larger than 1 MiB", advice, null);
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw wrong(setting, file, "does not exist", advice, e);
        } catch (IOException e) {
            throw wrong(setting, file, "cannot be read", advice, e);
        }
    }

    private static WrongSettingException wrong(
            String setting, Path file, String what, String advice, @Nullable Throwable cause) {
        return new WrongSettingException(
                "auth.token.%s is %s, which %s: %s.".formatted(setting, file, what, advice), cause);
    }
}
