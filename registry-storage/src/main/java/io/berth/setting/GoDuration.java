package io.berth.setting;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A length of time written as in distribution's configuration: {@code 168h}, {@code 1h30m}, {@code
 * 1.5s}, {@code 100ms}, {@code 0}. Never negative.
 */
public record GoDuration(Duration duration) {

    private static final Pattern PART =
            Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)");

    public GoDuration {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("a duration must not be negative: " + duration);
        }
    }

    /**
     * Parses a duration; fractions of a nanosecond are dropped.
     *
     * @throws IllegalArgumentException when the text is no duration, is negative, or exceeds 292
     *     years
     */
    public static GoDuration of(String text) {
        if (text.startsWith("-")) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a duration of 0 or more, such as 10s");
        }
        if (text.equals("0")) {
            return new GoDuration(Duration.ZERO);
        }
        BigDecimal nanos = BigDecimal.ZERO;
        Matcher part = PART.matcher(text);
        int end = 0;
        while (end < text.length()) {
            if (text.length() > 100 || !part.find() || part.start() != end) {
                throw malformed(text);
            }
            BigDecimal unit = BigDecimal.valueOf(nanos(part.group(2)));
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(unit));
            end = part.end();
        }
        if (end == 0 || nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw malformed(text);
        }
        return new GoDuration(
                Duration.ofNanos(nanos.setScale(0, RoundingMode.DOWN).longValueExact()));
    }

    private static long nanos(String unit) {
        return switch (unit) {
            case "ns" -> 1L;
            case "us", "µs", "μs" -> 1_000L;
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            default -> throw new IllegalStateException(unit);
        };
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "\"" + text + "\" is not a duration such as 168h, 1h30m, 10s or 100ms");
    }

    @Override
    public String toString() {
        return duration.isZero() ? "0" : duration.toString().substring(2).toLowerCase(Locale.ROOT);
    }
}
