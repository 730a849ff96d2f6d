package io.berth.object.disk;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;

/**
 * Names of a folder's children in the order of their bytes, kept as bytes: folders get large. Safe
 * for several threads.
 */
final class FolderNames {

    static final FolderNames NONE = sorted(List.of());

    private final byte[] bytes;

    /** Where each name ends in {@link #bytes}. */
    private final int[] ends;

    /**
     * Which names were seen to be folders: to change that is a change of the folder they are in,
     * but for a symbolic link, which may come to lead nowhere.
     */
    private final boolean[] folders;

    private FolderNames(byte[] bytes, int[] ends) {
        this.bytes = bytes;
        this.ends = ends;
        this.folders = new boolean[ends.length];
    }

    /**
     * @param names of ASCII characters; sorted in place
     */
    static FolderNames of(List<String> names) {
        Collections.sort(names); // ASCII: characters sort as their bytes do
        return sorted(names);
    }

    private static FolderNames sorted(List<String> names) {
        byte[] bytes = new byte[names.stream().mapToInt(String::length).sum()];
        int[] ends = new int[names.size()];
        int end = 0;
        for (int i = 0; i < ends.length; i++) {
            byte[] name = names.get(i).getBytes(StandardCharsets.ISO_8859_1);
            System.arraycopy(name, 0, bytes, end, name.length);
            end += name.length;
            ends[i] = end;
        }
        return new FolderNames(bytes, ends);
    }

    int count() {
        return ends.length;
    }

    /** Memory used, in bytes. */
    int weight() {
        return bytes.length + ends.length * (Integer.BYTES + 1);
    }

    String get(int index) {
        int start = start(index);
        return new String(bytes, start, ends[index] - start, StandardCharsets.ISO_8859_1);
    }

    boolean isFolder(int index) {
        return folders[index];
    }

    void sawFolder(int index) {
        folders[index] = true;
    }

    /** The index of the first name behind {@code text}; {@link #count} when there is none. */
    int firstAfter(String text) {
        int low = 0;
        int high = ends.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (get(middle).compareTo(text) > 0) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    boolean contains(String name) {
        int behind = firstAfter(name);
        return behind > 0 && get(behind - 1).equals(name);
    }

    private int start(int index) {
        return index == 0 ? 0 : ends[index - 1];
    }
}
