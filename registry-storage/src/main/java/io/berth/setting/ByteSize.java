package io.berth.setting;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes, written as distribution's configuration has it, {@code 10485760}, or with a
 * unit: {@code 10MiB}.
 */
public record ByteSize(long bytes) {

    private static final Pattern FORM = Pattern.compile("(\\d{1,15})(KiB|MiB|GiB)?");

    /** Bits by which a unit is shifted from the next smaller one. */
    private static final int STEP = 10;

    /**
     * @throws IllegalArgumentException when the text has another form or the number is too large
     */
    public static ByteSize of(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw malformed(text);
        }
        int steps = form.group(2) == null ? 0 : 1 + "KMG".indexOf(form.group(2).charAt(0));
        try {
            return new ByteSize(
                    Math.multiplyExact(Long.parseLong(form.group(1)), 1L << (STEP * steps)));
        } catch (ArithmeticException e) {
            throw malformed(text);
        }
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "\"" + text + "\" is not a number of bytes such as 10485760 or 10MiB");
    }

    @Override
    public String toString() {
        return Long.toString(bytes);
    }
}
