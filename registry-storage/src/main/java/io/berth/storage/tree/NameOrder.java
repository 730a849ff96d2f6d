package io.berth.storage.tree;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Converts the order of folders in a listing into the order of their names.
 *
 * <p>A listing compares names with the slash after them, and {@code -} and {@code .} sort before
 * the slash: {@code 1.0-alpine/} and {@code 1.0.1/} come before {@code 1.0/}, although {@code 1.0}
 * is the smallest name. To wait for {@code 1.0/} could mean to read the whole listing. Instead,
 * each listed name yields first those of its prefixes that end before a {@code -} or {@code .}, as
 * candidates; the caller finds out whether they exist. They are few, and each is yielded once. For
 * one thread.
 */
final class NameOrder {

    /**
     * Candidate prefixes of the last name, shortest first; folders with a common prefix are
     * consecutive.
     */
    private final Deque<String> prefixes = new ArrayDeque<>();

    /**
     * The names that are next in order when the listing has reached a folder.
     *
     * @return candidates, which may not exist; then the name of the folder, unless it was yielded
     *     before
     */
    List<String> next(String folder) {
        boolean before = false;
        while (!prefixes.isEmpty() && !isPrefix(prefixes.getLast(), folder)) {
            before |= prefixes.removeLast().equals(folder);
        }
        List<String> names = new ArrayList<>(2);
        int known = prefixes.isEmpty() ? 0 : prefixes.getLast().length();
        for (int i = known + 1; i < folder.length(); i++) {
            if (endsPrefix(folder.charAt(i))) {
                String prefix = folder.substring(0, i);
                prefixes.addLast(prefix);
                names.add(prefix);
            }
        }
        if (!before) {
            names.add(folder);
        }
        return names;
    }

    private static boolean isPrefix(String prefix, String name) {
        return name.length() > prefix.length()
                && name.startsWith(prefix)
                && endsPrefix(name.charAt(prefix.length()));
    }

    /** The characters of names that sort before the slash. */
    private static boolean endsPrefix(char c) {
        return c == '-' || c == '.';
    }
}
