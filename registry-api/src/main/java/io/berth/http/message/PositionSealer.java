package io.berth.http.message;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts the name after which a list goes on, where the client must not see that name. The client
 * can neither read nor make such a position, and its length says nothing about the name. Safe for
 * use by many threads.
 */
public final class PositionSealer {

    /** No name of a repository begins so, and a URL need not encode it. */
    private static final String MARK = "~";

    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    /** Longer than all names. */
    private static final int PADDED_BYTES = 256;

    private final Supplier<byte[]> secret;
    private final SecureRandom random = new SecureRandom();
    private volatile @Nullable SecretKeySpec key;

    /**
     * @param secret shared by all replicas; asked for when it is needed first, and used for nothing
     *     else. It may throw, and is asked again then.
     */
    public PositionSealer(Supplier<byte[]> secret) {
        this.secret = secret;
    }

    /** With a secret of this process: another one cannot read its positions. */
    public static PositionSealer ofProcess() {
        byte[] made = new byte[32];
        new SecureRandom().nextBytes(made);
        return new PositionSealer(() -> made);
    }

    /** A position that {@link #open} turns back into the name. */
    public String seal(String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(text, Math.max(PADDED_BYTES, text.length));
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] sealed = crypt(Cipher.ENCRYPT_MODE, nonce, padded);
        byte[] both = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
        System.arraycopy(sealed, 0, both, NONCE_BYTES, sealed.length);
        return MARK + Base64.getUrlEncoder().withoutPadding().encodeToString(both);
    }

    /**
     * The name of a position. A text that is no position is taken for a name.
     *
     * @throws RegistryException NAME_INVALID when it looks like a position, but was not made with
     *     this secret; what the secret throws
     */
    public String open(String position) {
        if (!position.startsWith(MARK)) {
            return position;
        }
        byte[] both;
        try {
            both = Base64.getUrlDecoder().decode(position.substring(MARK.length()));
        } catch (IllegalArgumentException e) {
            throw unknown();
        }
        if (both.length < NONCE_BYTES) {
            throw unknown();
        }
        byte[] padded =
                crypt(
                        Cipher.DECRYPT_MODE,
                        Arrays.copyOf(both, NONCE_BYTES),
                        Arrays.copyOfRange(both, NONCE_BYTES, both.length));
        int length = padded.length;
        while (length > 0 && padded[length - 1] == 0) {
            length--;
        }
        return new String(padded, 0, length, StandardCharsets.UTF_8);
    }

    private byte[] crypt(int mode, byte[] nonce, byte[] text) {
        try {
            Cipher cipher = Cipher.getInstance(CIPHER);
            cipher.init(mode, key(), new GCMParameterSpec(TAG_BITS, nonce));
            return cipher.doFinal(text);
        } catch (GeneralSecurityException e) {
            if (mode == Cipher.DECRYPT_MODE) {
                throw unknown();
            }
            throw new IllegalStateException(e);
        }
    }

    private SecretKeySpec key() throws GeneralSecurityException {
        SecretKeySpec known = key;
        if (known == null) {
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            hash.update("position of a list\n".getBytes(StandardCharsets.US_ASCII));
            known = new SecretKeySpec(hash.digest(secret.get()), "AES");
            key = known;
        }
        return known;
    }

    private static RegistryException unknown() {
        return new RegistryException(
                ErrorCode.NAME_INVALID,
                ErrorCode.NAME_INVALID.message(),
                "last is no position that this registry has given out: begin the list again");
    }
}
