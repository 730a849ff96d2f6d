package io.berth.storage.tree;

import java.time.Duration;

/**
 * Timestamps in the names of index entries: {@code name=stamp}, where the stamp is the half hour in
 * which the entry was written. An entry is written before the object that it describes. An old
 * entry whose object does not exist can therefore be removed: a push that is under way on another
 * replica has written one with a newer stamp.
 */
public final class EntryTimestamps {

    /** A character that no tag and no digest has. */
    private static final char SEPARATOR = '=';

    private static final int RADIX = 36;

    /** The resolution of stamps: a push that is repeated within this time adds no entry. */
    private static final Duration STEP = Duration.ofMinutes(30);

    /** Longer than any push and any difference between the clocks of replicas. */
    private static final Duration SETTLED = Duration.ofHours(1);

    private EntryTimestamps() {}

    static String stamped(String name) {
        long step = System.currentTimeMillis() / STEP.toMillis();
        return name + SEPARATOR + Long.toString(step, RADIX);
    }

    /** A text that sorts after all entries with this name, and before those with greater names. */
    public static String after(String name) {
        return name + SEPARATOR + "~"; // no stamp has this character
    }

    /** The name of an entry without its stamp. */
    public static String unstamped(String entry) {
        int separator = entry.lastIndexOf(SEPARATOR);
        return separator < 0 ? entry : entry.substring(0, separator);
    }

    /** Whether an entry is so old that the request that wrote it must have ended: over an hour. */
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
