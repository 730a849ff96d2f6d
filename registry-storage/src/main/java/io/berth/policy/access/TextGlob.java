package io.berth.policy.access;

/**
 * A pattern of texts, in which {@code *} stands for any characters, also none. Everything else
 * stands for itself. Immutable.
 *
 * @param pattern as it is written
 */
public record TextGlob(String pattern) {

    /** Any text is a pattern. */
    public static TextGlob of(String pattern) {
        return new TextGlob(pattern);
    }

    /** Whether a whole text is as the pattern says. Takes the product of both lengths at most. */
    public boolean matches(String text) {
        int star = -1;
        int resume = 0;
        int at = 0;
        int next = 0;
        while (next < text.length()) {
            if (at < pattern.length() && pattern.charAt(at) == '*') {
                star = at++;
                resume = next;
            } else if (at < pattern.length() && pattern.charAt(at) == text.charAt(next)) {
                at++;
                next++;
            } else if (star >= 0) {
                at = star + 1;
                next = ++resume;
            } else {
                return false;
            }
        }
        while (at < pattern.length() && pattern.charAt(at) == '*') {
            at++;
        }
        return at == pattern.length();
    }

    /** Whether it stands for more than one text. */
    boolean isWild() {
        return pattern.indexOf('*') >= 0;
    }

    /** Characters that stand for themselves. */
    int literalLength() {
        return (int) pattern.chars().filter(c -> c != '*').count();
    }

    @Override
    public String toString() {
        return pattern;
    }
}
