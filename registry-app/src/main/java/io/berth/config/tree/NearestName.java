package io.berth.config.tree;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the most similar of several names, for "did you mean". */
public final class NearestName {

    private NearestName() {}

    /**
     * The shortest name that begins with this one and has no further dot; otherwise the name with
     * the least edit distance; none when more than a third of the letters differ.
     */
    public static Optional<String> to(String name, Collection<String> names) {
        return names.stream()
                .filter(candidate -> continues(name, candidate))
                .min(Comparator.comparingInt(String::length))
                .or(() -> byLetters(name, names));
    }

    /** A last part of two letters or fewer is the beginning of too many names. */
    private static boolean continues(String name, String candidate) {
        return name.length() - name.lastIndexOf('.') > 3
                && candidate.startsWith(name)
                && candidate.indexOf('.', name.length()) < 0;
    }

    private static Optional<String> byLetters(String name, Collection<String> names) {
        int least = Math.max(2, name.length() / 3) + 1;
        String nearest = null;
        for (String candidate : names) {
            int distance = distance(name, candidate);
            if (distance < least) {
                least = distance;
                nearest = candidate;
            }
        }
        return Optional.ofNullable(nearest);
    }

    /** The edit distance: letters to be inserted, removed or replaced. */
    private static int distance(String one, String other) {
        int[] above = new int[other.length() + 1];
        for (int j = 0; j < above.length; j++) {
            above[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int[] row = new int[above.length];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = above[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
            }
            above = row;
        }
        return above[other.length()];
    }
}
