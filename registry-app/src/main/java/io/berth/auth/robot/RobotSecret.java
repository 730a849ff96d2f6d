package io.berth.auth.robot;

import io.berth.name.HashAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A secret as it is kept: its SHA-256. A slow hash makes guesses of passwords that people have made
 * costly; 256 random bits cannot be guessed at any speed, and are checked with every request.
 *
 * @param hash in hexadecimal
 * @param until when it ends before the account does; {@code null}: not before
 */
record RobotSecret(String hash, @Nullable Instant until) {

    /** Scanners for leaked secrets know it by this. */
    private static final String PREFIX = "berth_robot_";

    private static final int BYTES = 32;

    private static final Pattern FORM = Pattern.compile(PREFIX + "[0-9a-f]{" + 2 * BYTES + "}");

    private static final SecureRandom RANDOM = new SecureRandom();

    /** A new secret, as clients send it. */
    static String generate() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return PREFIX + HexFormat.of().formatHex(bytes);
    }

    /** What is kept of a secret. */
    static RobotSecret of(String secret, @Nullable Instant until) {
        return new RobotSecret(hash(secret), until);
    }

    /** Whether a text could be a secret. */
    static boolean isWellFormed(String text) {
        return FORM.matcher(text).matches();
    }

    /** Whether the secret is this one, and valid. Takes the same time for each secret. */
    boolean matches(String secret, Instant now) {
        boolean same =
                MessageDigest.isEqual(
                        hash.getBytes(StandardCharsets.US_ASCII),
                        hash(secret).getBytes(StandardCharsets.US_ASCII));
        return same && isValid(now);
    }

    boolean isValid(Instant now) {
        return until == null || now.isBefore(until);
    }

    /** The same, ending at a time at the latest. */
    RobotSecret endingAt(Instant end) {
        return until != null && until.isBefore(end) ? this : new RobotSecret(hash, end);
    }

    private static String hash(String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(HashAlgorithm.SHA256.newDigest().digest(bytes));
    }

    /** Does not show the hash. */
    @Override
    public String toString() {
        return "RobotSecret[until=" + until + "]";
    }
}
