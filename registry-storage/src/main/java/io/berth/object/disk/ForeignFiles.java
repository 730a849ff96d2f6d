package io.berth.object.disk;

/**
 * Temporary files of other registries in a tree that is shared with them. CNCF distribution writes
 * to {@code <name>.<uuid>.tmp} next to the target, and may end before it renames that.
 */
final class ForeignFiles {

    private static final int SUFFIX = ".01234567-89ab-cdef-0123-456789abcdef.tmp".length();

    private ForeignFiles() {}

    /** Whether a file of this name is an unfinished write of another registry. */
    static boolean isTemporary(String name) {
        return name.endsWith(".tmp")
                && name.length() > SUFFIX
                && name.charAt(name.length() - SUFFIX) == '.'
                && isUuid(name, name.length() - SUFFIX + 1);
    }

    private static boolean isUuid(String name, int start) {
        for (int i = 0; i < 36; i++) {
            char c = name.charAt(start + i);
            boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
            if (dash ? c != '-' : Character.digit(c, 16) < 0) {
                return false;
            }
        }
        return true;
    }
}
