package io.berth.stored;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What makes each entry of an index one of its own: {@code says=stamp}. So an entry that was seen
 * can be removed without taking away one that another replica has added since to say the same. The
 * stamp also tells when it was made, for an entry is written before what it is about.
 */
final class Stamps {

    /** No tag and no digest contains it. */
    private static final char SEPARATOR = '=';

    private static final char TIME_END = '-';
    private static final int RADIX = 36;

    /** Longer than any push and any difference between the clocks of replicas. */
    private static final Duration SETTLED = Duration.ofHours(1);

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

    /**
     * Whether an entry was made so long ago that whoever made it has come to an end: it says what
     * it says of the tree as it is, and not of something about to be written.
     */
    static boolean isSettled(String entry) {
        int start = entry.lastIndexOf(SEPARATOR) + 1;
        int end = entry.indexOf(TIME_END, start);
        if (start == 0 || end < start) {
            return false;
        }
        try {
            long made = Long.parseLong(entry, start, end, RADIX);
            return made < System.currentTimeMillis() - SETTLED.toMillis();
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
