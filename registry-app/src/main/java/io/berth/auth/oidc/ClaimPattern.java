package io.berth.auth.oidc;

/**
 * A text with wildcards: {@code *} stands for any characters but {@code /} and {@code :}, which
 * separate the parts of what platforms call things; {@code **} stands for any characters. All else
 * stands for itself, upper and lower case being different. Immutable.
 */
record ClaimPattern(String text) {

    /** Takes time in proportion to the product of both lengths. */
    boolean matches(String value) {
        boolean[] reached = new boolean[value.length() + 1];
        reached[0] = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '*') {
                reached = afterCharacter(reached, value, c);
                continue;
            }
            boolean any = i + 1 < text.length() && text.charAt(i + 1) == '*';
            i += any ? 1 : 0;
            for (int end = 0; end < value.length(); end++) {
                char next = value.charAt(end);
                reached[end + 1] |= reached[end] && (any || (next != '/' && next != ':'));
            }
        }
        return reached[value.length()];
    }

    /** Which beginnings of the value are matched by one character more of the pattern. */
    private static boolean[] afterCharacter(boolean[] reached, String value, char c) {
        boolean[] next = new boolean[reached.length];
        for (int end = 0; end < value.length(); end++) {
            next[end + 1] = reached[end] && value.charAt(end) == c;
        }
        return next;
    }
}
