package io.berth.auth.htpasswd;

import java.util.Locale;

/** Hashes that need no bcrypt: each names the password that {@link #matches} takes for right. */
final class TestHashes {

    private static final int HEAD = "$2y$05$".length();

    private TestHashes() {}

    /** A hash of the form of bcrypt. */
    static String of(String password, int cost) {
        String body = password.replaceAll("[^A-Za-z0-9]", "/");
        return String.format(Locale.ROOT, "$2y$%02d$", cost)
                + body
                + ".".repeat(53 - body.length());
    }

    static boolean matches(String password, String hash) {
        return of(password, BcryptHash.MIN_COST).substring(HEAD).equals(hash.substring(HEAD));
    }
}
