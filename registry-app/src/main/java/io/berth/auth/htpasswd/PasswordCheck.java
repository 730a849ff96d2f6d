package io.berth.auth.htpasswd;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

/**
 * Compares passwords with hashes. A wrong password takes the same work whether the user exists, and
 * whatever the cost of that user's hash is: otherwise the time of an answer would tell. Safe for
 * use by many threads.
 */
final class PasswordCheck {

    private static final Logger log = LoggerFactory.getLogger(PasswordCheck.class);

    /** Bytes that bcrypt looks at; it would take all passwords that begin alike for the same. */
    private static final int MAX_BYTES = 72;

    /** The slow comparison. */
    @FunctionalInterface
    interface Bcrypt {

        boolean matches(String password, String hash);
    }

    private final Bcrypt bcrypt;

    /** Hashes to spend time with, by their cost less the least one. */
    private final List<BcryptHash> unknown =
            IntStream.rangeClosed(BcryptHash.MIN_COST, BcryptHash.MAX_COST)
                    .mapToObj(BcryptHash::random)
                    .toList();

    PasswordCheck() {
        this(new BCryptPasswordEncoder()::matches);
    }

    PasswordCheck(Bcrypt bcrypt) {
        this.bcrypt = bcrypt;
    }

    /**
     * Whether a password is that of a hash. Takes milliseconds to seconds of processor time.
     *
     * <p>No password of more than 72 bytes in UTF-8 is right, nor one with the character NUL, which
     * makes bcrypt take some passwords for shorter ones.
     *
     * @param hash {@code null} when there is no such user
     * @param highestCost of all hashes of the file
     */
    boolean isRight(@Nullable BcryptHash hash, int highestCost, String password) {
        if (hash == null || password.indexOf('\0') >= 0 || isTooLong(password)) {
            spend(highestCost, password);
            return false;
        }
        if (bcrypt.matches(password, hash.text())) {
            return true;
        }
        // Each step of the cost doubles the work, so that all of it is that of the highest cost.
        for (int cost = hash.cost(); cost < highestCost; cost++) {
            spend(cost, password);
        }
        return false;
    }

    private static boolean isTooLong(String password) {
        boolean tooLong = password.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES;
        if (tooLong) {
            log.warn(
                    "A password of more than {} bytes was refused: bcrypt looks at no more of it."
                            + " Give its user a shorter one.",
                    MAX_BYTES);
        }
        return tooLong;
    }

    private void spend(int cost, String password) {
        bcrypt.matches(password, unknown.get(cost - BcryptHash.MIN_COST).text());
    }
}
