package io.berth.auth.htpasswd;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which passwords were right and which were wrong. Holds no passwords: what was checked
 * is known by its HMAC under a random key of this object. The hash of the user belongs to it, so
 * that a change in the file is a change of what was checked, and nothing has to be forgotten.
 *
 * <p>Memory: about 200 bytes for each of {@value #MAX_RIGHT} right and {@value #MAX_WRONG} wrong
 * ones. Wrong ones take no room from right ones. Safe for use by many threads.
 */
final class RememberedChecks {

    static final int MAX_RIGHT = 4096;
    static final int MAX_WRONG = 4096;

    /** Not longer: in a dump of the memory, passwords can be searched faster than with bcrypt. */
    static final Duration RIGHT = Duration.ofMinutes(5);

    static final Duration WRONG = Duration.ofSeconds(10);

    private static final String ALGORITHM = "HmacSHA256";
    private static final String NO_HASH = "-".repeat(BcryptHash.LENGTH);

    /** What was checked: a user, a hash and a password. */
    record Fingerprint(long first, long second, long third, long fourth) {}

    /** Never used itself: to copy it costs less than to make another one. */
    private final Mac hmac;

    private final Cache<Fingerprint, Boolean> right;
    private final Cache<Fingerprint, Boolean> wrong;

    RememberedChecks(Ticker ticker) {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        try {
            hmac = Mac.getInstance(ALGORITHM);
            hmac.init(new SecretKeySpec(key, ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
        right = cache(MAX_RIGHT, RIGHT, ticker);
        wrong = cache(MAX_WRONG, WRONG, ticker);
    }

    private static Cache<Fingerprint, Boolean> cache(int most, Duration time, Ticker ticker) {
        return Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumSize(most)
                .expireAfterWrite(time)
                .ticker(ticker)
                .build();
    }

    /**
     * The fingerprint of a check.
     *
     * @param user without a colon
     * @param hash {@code null} when there is no such user
     */
    Fingerprint fingerprint(String user, @Nullable BcryptHash hash, String password) {
        // The hash is always of the same length, so that no two checks have the same text.
        String text = user + ":" + (hash == null ? NO_HASH : hash.text()) + password;
        Mac mac;
        try {
            mac = (Mac) hmac.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e); // the JDK's own can
        }
        ByteBuffer bytes = ByteBuffer.wrap(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        return new Fingerprint(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
    }

    /** Whether the password was right; {@code null} when that is not known any more. */
    @Nullable Boolean find(Fingerprint fingerprint) {
        Boolean known = right.getIfPresent(fingerprint);
        return known == null ? wrong.getIfPresent(fingerprint) : known;
    }

    void remember(Fingerprint fingerprint, boolean isRight) {
        (isRight ? right : wrong).put(fingerprint, isRight);
    }

    /** Number of entries. */
    long size() {
        right.cleanUp();
        wrong.cleanUp();
        return right.estimatedSize() + wrong.estimatedSize();
    }
}
