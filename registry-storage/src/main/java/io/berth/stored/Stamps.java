package io.berth.stored;

import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What makes each entry of an index one of its own: {@code says=stamp}. So an entry can be removed
 * at any time without taking away one that another replica has just added to say the same.
 */
final class Stamps {

    /** No tag and no digest contains it. */
    private static final char SEPARATOR = '=';

    private static final char TIME_END = '-';
    private static final int RADIX = 36;

    private Stamps() {}

    static String stamped(String says) {
        long random = ThreadLocalRandom.current().nextLong() & 0xff_ffff_ffffL;
        return says
                + SEPARATOR
                + Long.toString(System.currentTimeMillis(), RADIX)
                + TIME_END
                + Long.toString(random, RADIX);
    }

    /** What an entry says. */
    static String unstamped(String entry) {
        int separator = entry.lastIndexOf(SEPARATOR);
        return separator < 0 ? entry : entry.substring(0, separator);
    }

    /** Whether an entry was made before a time, by the clock of the replica that made it. */
    static boolean isMadeBefore(String entry, Instant time) {
        int start = entry.lastIndexOf(SEPARATOR) + 1;
        int end = entry.indexOf(TIME_END, start);
        try {
            return start > 0
                    && end > start
                    && Long.parseLong(entry, start, end, RADIX) < time.toEpochMilli();
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
