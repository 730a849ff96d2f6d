package io.berth.policy.access;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of each day in UTC, from a minute and before another one. It goes over midnight where it
 * ends before it begins. Immutable.
 *
 * @param from minutes since midnight
 * @param until minutes since midnight
 */
public record HourRange(int from, int until) {

    private static final Pattern FORM =
            Pattern.compile("([01]\\d|2[0-3]):([0-5]\\d)-([01]\\d|2[0-4]):([0-5]\\d)");

    private static final int HOUR = 60;
    private static final int DAY = 24 * HOUR;

    /**
     * Parses {@code 08:00-18:00}.
     *
     * @throws IllegalArgumentException also when there is no minute between both
     */
    public static HourRange of(String text) {
        Matcher form = FORM.matcher(text);
        if (form.matches()) {
            int from = minutes(form.group(1), form.group(2));
            int until = minutes(form.group(3), form.group(4));
            if (from != until && until <= DAY) {
                return new HourRange(from, until);
            }
        }
        throw new IllegalArgumentException(
                "\"" + text + "\" is not a part of the day in UTC such as 08:00-18:00");
    }

    private static int minutes(String hours, String minutes) {
        return Integer.parseInt(hours) * HOUR + Integer.parseInt(minutes);
    }

    /**
     * @param minute since midnight, in UTC
     */
    boolean contains(int minute) {
        return from < until ? minute >= from && minute < until : minute >= from || minute < until;
    }

    @Override
    public String toString() {
        return "%02d:%02d-%02d:%02d"
                .formatted(from / HOUR, from % HOUR, until / HOUR, until % HOUR);
    }
}
