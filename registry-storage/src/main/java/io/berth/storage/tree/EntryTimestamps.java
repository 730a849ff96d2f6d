package io.berth.storage.tree;

import java.time.Duration;

/**
 * When the entries of an index were made: {@code says=stamp}, where the stamp is the half hour. An
 * entry is written before what it is about. One that was made long ago is about what is there, and
 * can be removed without taking away what another replica has just written to say the same.
 */
public final class EntryTimestamps {

    /** No tag and no digest contains it. */
    private static final char SEPARATOR = '=';

    private static final int RADIX = 36;

    /** For as long, those who say the same share an entry: a push that is repeated adds none. */
    private static final Duration STEP = Duration.ofMinutes(30);

    /** Longer than any push and any difference between the clocks of replicas. */
    private static final Duration SETTLED = Duration.ofHours(1);

    private EntryTimestamps() {}

    static String stamped(String says) {
        long step = System.currentTimeMillis() / STEP.toMillis();
        return says + SEPARATOR + Long.toString(step, RADIX);
    }

    /** Text behind which everything follows that says something greater. */
    public static String behind(String says) {
        return says + SEPARATOR + "~"; // which no stamp has
    }

    /** What an entry says. */
    public static String unstamped(String entry) {
        int separator = entry.lastIndexOf(SEPARATOR);
        return separator < 0 ? entry : entry.substring(0, separator);
    }

    /**
     * Whether an entry is so old that the request that made it has ended: it describes the tree as
     * it is, and not something that is about to be written.
     */
    public static boolean isSettled(String entry) {
        int start = entry.lastIndexOf(SEPARATOR) + 1;
        if (start == 0) {
            return false;
        }
        try {
            long last = (Long.parseLong(entry, start, entry.length(), RADIX) + 1) * STEP.toMillis();
            return last < System.currentTimeMillis() - SETTLED.toMillis();
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
