package io.berth.object.disk.folder;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;

/**
 * The names of a folder's children in the order of their bytes: all of them, or a contiguous part.
 * Takes about 30 bytes for a name of 25 characters.
 *
 * <p>Immutable, but for what {@link Cursor#sawFolder} notes: adding or removing a name makes
 * another object, which shares all but a few kilobytes with this one. Safe for several threads.
 */
public final class SortedNames {

    static final SortedNames NONE = new SortedNames(new Chunk[0], true);

    private final Chunk[] chunks;
    private final int count;
    private final long weight;
    private final boolean reachesEnd;

    private SortedNames(Chunk[] chunks, boolean reachesEnd) {
        this.chunks = chunks;
        this.reachesEnd = reachesEnd;
        this.count = Arrays.stream(chunks).mapToInt(Chunk::count).sum();
        this.weight = Arrays.stream(chunks).mapToLong(Chunk::weight).sum();
    }

    /** Up to {@value #MAX} names, contiguous. */
    private static final class Chunk {

        /** Few, so that a change copies little and each end fits into 16 bits. */
        private static final int MAX = 256;

        private static final int OVERHEAD = 100;

        private final byte[] bytes;

        /** Where each name ends in {@link #bytes}. */
        private final char[] ends;

        /**
         * Which names are known to be folders. That only changes with the names, except for a
         * symbolic link whose target vanishes.
         */
        private final boolean[] folders;

        private Chunk(byte[] bytes, char[] ends, boolean[] folders) {
            this.bytes = bytes;
            this.ends = ends;
            this.folders = folders;
        }

        static Chunk of(List<String> names) {
            byte[] bytes = new byte[names.stream().mapToInt(String::length).sum()];
            char[] ends = new char[names.size()];
            int end = 0;
            for (int i = 0; i < ends.length; i++) {
                byte[] name = encoded(names.get(i));
                System.arraycopy(name, 0, bytes, end, name.length);
                end += name.length;
                ends[i] = (char) end;
            }
            return new Chunk(bytes, ends, new boolean[ends.length]);
        }

        int count() {
            return ends.length;
        }

        long weight() {
            return OVERHEAD + bytes.length + 3L * ends.length;
        }

        int start(int index) {
            return index == 0 ? 0 : ends[index - 1];
        }

        String get(int index) {
            int start = start(index);
            return new String(bytes, start, ends[index] - start, StandardCharsets.ISO_8859_1);
        }

        /** The index of the first name that is not less than {@code text}. */
        int firstFrom(String text) {
            int low = 0;
            int high = ends.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (get(middle).compareTo(text) < 0) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        Chunk with(int index, String name, boolean isFolder) {
            byte[] added = encoded(name);
            int at = start(index);
            byte[] newBytes = new byte[bytes.length + added.length];
            System.arraycopy(bytes, 0, newBytes, 0, at);
            System.arraycopy(added, 0, newBytes, at, added.length);
            System.arraycopy(bytes, at, newBytes, at + added.length, bytes.length - at);
            char[] newEnds = new char[ends.length + 1];
            boolean[] newFolders = new boolean[ends.length + 1];
            for (int i = 0; i < newEnds.length; i++) {
                int old = i <= index ? i : i - 1;
                newEnds[i] =
                        (char) (i < index ? ends[i] : (i == index ? at : ends[old]) + added.length);
                newFolders[i] = i == index ? isFolder : folders[old];
            }
            return new Chunk(newBytes, newEnds, newFolders);
        }

        Chunk part(int from, int to) {
            int start = start(from);
            char[] newEnds = new char[to - from];
            for (int i = 0; i < newEnds.length; i++) {
                newEnds[i] = (char) (ends[from + i] - start);
            }
            return new Chunk(
                    Arrays.copyOfRange(bytes, start, start(to)),
                    newEnds,
                    Arrays.copyOfRange(folders, from, to));
        }

        Chunk without(int index) {
            byte[] newBytes = new byte[bytes.length - (ends[index] - start(index))];
            int at = start(index);
            System.arraycopy(bytes, 0, newBytes, 0, at);
            System.arraycopy(bytes, ends[index], newBytes, at, newBytes.length - at);
            char[] newEnds = new char[ends.length - 1];
            boolean[] newFolders = new boolean[ends.length - 1];
            int length = ends[index] - at;
            for (int i = 0; i < newEnds.length; i++) {
                newEnds[i] = (char) (i < index ? ends[i] : ends[i + 1] - length);
                newFolders[i] = folders[i < index ? i : i + 1];
            }
            return new Chunk(newBytes, newEnds, newFolders);
        }

        private static byte[] encoded(String name) {
            return name.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    /** Iterates over names in order. For one thread. */
    public final class Cursor {

        private int chunk;
        private int index;

        private Cursor(int chunk, int index) {
            this.chunk = chunk;
            this.index = index - 1;
        }

        /** Moves to the next name; {@code false} when there is none. */
        public boolean next() {
            index++;
            while (chunk < chunks.length && index >= chunks[chunk].count()) {
                chunk++;
                index = 0;
            }
            return chunk < chunks.length;
        }

        /** The current name. */
        public String name() {
            return chunks[chunk].get(index);
        }

        /** Whether the current name is known to be a folder. */
        public boolean isFolder() {
            return chunks[chunk].folders[index];
        }

        /** Notes that the current name is a folder. */
        public void sawFolder() {
            chunks[chunk].folders[index] = true;
        }
    }

    /**
     * All names of a folder.
     *
     * @param names ASCII only; sorted in place
     */
    static SortedNames of(List<String> names) {
        Collections.sort(names); // ASCII: characters sort as their bytes do
        List<Chunk> chunks = new ArrayList<>();
        for (int i = 0; i < names.size(); i += Chunk.MAX) {
            chunks.add(Chunk.of(names.subList(i, Math.min(names.size(), i + Chunk.MAX))));
        }
        return new SortedNames(chunks.toArray(Chunk[]::new), true);
    }

    /**
     * Merges disjoint parts.
     *
     * @param wanted other names are left out
     * @param limit bytes of {@link #weight}, about: names beyond it are left out, and the result
     *     does not reach the end of the folder
     */
    static SortedNames merged(List<SortedNames> parts, Predicate<String> wanted, long limit) {
        record Head(String name, Cursor cursor) {}

        PriorityQueue<Head> heads =
                new PriorityQueue<>((one, other) -> one.name().compareTo(other.name()));
        boolean reachesEnd = true;
        for (SortedNames part : parts) {
            reachesEnd &= part.reachesEnd;
            Cursor cursor = part.from("");
            if (cursor.next()) {
                heads.add(new Head(cursor.name(), cursor));
            }
        }
        List<Chunk> chunks = new ArrayList<>();
        List<String> names = new ArrayList<>();
        long weight = 0;
        while (!heads.isEmpty() && weight < limit) {
            Head least = heads.remove();
            if (wanted.test(least.name())) {
                names.add(least.name());
            }
            if (least.cursor().next()) {
                heads.add(new Head(least.cursor().name(), least.cursor()));
            }
            if (names.size() == Chunk.MAX || (heads.isEmpty() && !names.isEmpty())) {
                chunks.add(Chunk.of(names));
                weight += chunks.getLast().weight();
                names.clear();
            }
        }
        return new SortedNames(chunks.toArray(Chunk[]::new), reachesEnd && heads.isEmpty());
    }

    int count() {
        return count;
    }

    /** Bytes of memory, estimated. */
    long weight() {
        return weight;
    }

    /** Whether the folder has no name after the last of these. */
    public boolean reachesEnd() {
        return reachesEnd;
    }

    /**
     * The last name.
     *
     * @throws java.util.NoSuchElementException when there are no names
     */
    public String last() {
        Chunk last = List.of(chunks).getLast();
        return last.get(last.count() - 1);
    }

    /** A cursor before the first name that sorts after {@code text}. */
    public Cursor after(String text) {
        return from(text + "\0"); // no text sorts between the two
    }

    private Cursor from(String text) {
        int chunk = chunkFor(text);
        return new Cursor(chunk, chunk < chunks.length ? chunks[chunk].firstFrom(text) : 0);
    }

    /** Whether a name is among these. */
    public boolean contains(String name) {
        Cursor cursor = from(name);
        return cursor.next() && cursor.name().equals(name);
    }

    /** The last chunk whose first name does not sort after {@code text}. */
    private int chunkFor(String text) {
        int low = 0;
        int high = chunks.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (chunks[middle].get(0).compareTo(text) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return Math.max(0, low - 1);
    }

    /**
     * The same names and another one; this object if it has the name.
     *
     * @param isFolder whether the name is known to be a folder
     */
    SortedNames with(String name, boolean isFolder) {
        if (chunks.length == 0) {
            return NONE.with(0, 0, List.of(Chunk.of(List.of(name))));
        }
        int number = chunkFor(name);
        Chunk chunk = chunks[number];
        int index = chunk.firstFrom(name);
        if (index < chunk.count() && chunk.get(index).equals(name)) {
            return this;
        }
        Chunk grown = chunk.with(index, name, isFolder);
        int half = grown.count() / 2;
        return with(
                number,
                1,
                grown.count() <= Chunk.MAX
                        ? List.of(grown)
                        : List.of(grown.part(0, half), grown.part(half, grown.count())));
    }

    /** The same names without one; this object if it does not have the name. */
    SortedNames without(String name) {
        int number = chunkFor(name);
        if (number == chunks.length) {
            return this;
        }
        Chunk chunk = chunks[number];
        int index = chunk.firstFrom(name);
        if (index == chunk.count() || !chunk.get(index).equals(name)) {
            return this;
        }
        return with(number, 1, chunk.count() == 1 ? List.of() : List.of(chunk.without(index)));
    }

    private SortedNames with(int number, int removed, List<Chunk> added) {
        Chunk[] changed = new Chunk[chunks.length - removed + added.size()];
        System.arraycopy(chunks, 0, changed, 0, number);
        for (int i = 0; i < added.size(); i++) {
            changed[number + i] = added.get(i);
        }
        int rest = number + removed;
        System.arraycopy(chunks, rest, changed, number + added.size(), chunks.length - rest);
        return new SortedNames(changed, reachesEnd);
    }
}
