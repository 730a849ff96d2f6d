package io.berth.auth.htpasswd;

import java.security.SecureRandom;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A password as bcrypt keeps it: version, cost, salt and checksum in one text. Not shown.
 * Immutable.
 *
 * @param text such as {@code $2y$05$…}
 * @param cost the logarithm, to the base 2, of the work that a check takes
 */
record BcryptHash(String text, int cost) {

    static final int MIN_COST = 4;

    /** A check takes some seconds; one of cost 31, the most that bcrypt knows, would take a day. */
    static final int MAX_COST = 16;

    /** Characters of the text. */
    static final int LENGTH = 60;

    private static final Pattern FORM = Pattern.compile("\\$2[aby]\\$(\\d\\d)\\$[./0-9A-Za-z]{53}");

    private static final String ALPHABET =
            "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /** {@code null} when the text is none of these, or its cost is not between the bounds. */
    static @Nullable BcryptHash parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return null;
        }
        int cost = Integer.parseInt(form.group(1));
        return cost < MIN_COST || cost > MAX_COST ? null : new BcryptHash(text, cost);
    }

    /** A hash of no password that anyone knows. */
    static BcryptHash random(int cost) {
        StringBuilder text =
                new StringBuilder(LENGTH).append(String.format(Locale.ROOT, "$2b$%02d$", cost));
        SecureRandom random = new SecureRandom();
        while (text.length() < LENGTH) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return new BcryptHash(text.toString(), cost);
    }

    @Override
    public String toString() {
        return "(not shown)";
    }
}
