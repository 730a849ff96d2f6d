package io.berth.http.message;

/** Numbers as HTTP writes them: digits and nothing else. */
public final class Digits {

    /** What {@link #parse} gives for something that is not a number. */
    public static final long NOT_A_NUMBER = -1;

    private Digits() {}

    /** A number too large for a {@code long} is {@link Long#MAX_VALUE}. */
    public static long parse(String text) {
        return parse(text, 0, text.length());
    }

    static long parse(String text, int from, int to) {
        if (from >= to) {
            return NOT_A_NUMBER;
        }
        long number = 0;
        for (int i = from; i < to; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return NOT_A_NUMBER;
            }
            number = number > (Long.MAX_VALUE - digit) / 10 ? Long.MAX_VALUE : number * 10 + digit;
        }
        return number;
    }
}
