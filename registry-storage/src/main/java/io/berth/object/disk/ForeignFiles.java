package io.berth.object.disk;

/**
 * Files that other registries leave in a tree which we share with them. Distribution writes beside
 * the target, to {@code <name>.<uuid>.tmp}, and may die before it renames that.
 */
final class ForeignFiles {

    private static final int SUFFIX = ".01234567-89ab-cdef-0123-456789abcdef.tmp".length();

    private ForeignFiles() {}

    /** Whether a file of this name is a write of another registry that is not finished. */
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
