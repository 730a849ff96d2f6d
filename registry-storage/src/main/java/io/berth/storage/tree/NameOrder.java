package io.berth.storage.tree;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Turns the order in which a listing gives folders into the order of their names.
 *
 * <p>A listing compares names with the slash behind them, and {@code -} and {@code .} sort before
 * it: {@code 1.0-alpine/} and {@code 1.0.1/} come before {@code 1.0/} although {@code 1.0} is the
 * least name. Waiting for it could mean to read the whole listing. Instead, when a name shows up,
 * those of its beginnings that end before a {@code -} or {@code .} come due with it, whether they
 * exist or not: the caller asks. They are few, and each comes due once. Not safe for several
 * threads.
 */
final class NameOrder {

    /**
     * Beginnings of the last name, shortest first; folders that begin alike are listed in a row.
     */
    private final Deque<String> beginnings = new ArrayDeque<>();

    /**
     * What comes due when the listing has come to a folder.
     *
     * @return in order: names that may be there, then the folder's own unless it came due before
     */
    List<String> due(String folder) {
        boolean before = false;
        while (!beginnings.isEmpty() && !isBeginning(beginnings.getLast(), folder)) {
            before |= beginnings.removeLast().equals(folder);
        }
        List<String> due = new ArrayList<>(2);
        int known = beginnings.isEmpty() ? 0 : beginnings.getLast().length();
        for (int i = known + 1; i < folder.length(); i++) {
            if (endsBeginning(folder.charAt(i))) {
                String beginning = folder.substring(0, i);
                beginnings.addLast(beginning);
                due.add(beginning);
            }
        }
        if (!before) {
            due.add(folder);
        }
        return due;
    }

    private static boolean isBeginning(String beginning, String name) {
        return name.length() > beginning.length()
                && name.startsWith(beginning)
                && endsBeginning(name.charAt(beginning.length()));
    }

    /** The characters of names that sort before the slash. */
    private static boolean endsBeginning(char c) {
        return c == '-' || c == '.';
    }
}
