package io.berth.object.disk.folder;

import io.berth.object.ObjectKey;
import io.berth.object.disk.file.SystemCalls;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * Reads the names in a folder: all of them, or, where these would exceed the limit of memory, the
 * first of those that a page needs. For one thread, once.
 *
 * <p>Memory: a few hundred names without a permit; with one, at most about twice the limit.
 */
final class FolderScan {

    /**
     * The names that were read.
     *
     * @param all {@code false} when these are only names from the beginning of the page on, of
     *     {@link #PART} bytes
     */
    record Result(SortedNames names, boolean all) {}

    /** Number of names that need no permit. */
    static final int FEW = 256;

    private static final int BATCH = 4096;

    /** Bytes of the names that are read at once where not all are: those of a thousand and more. */
    static final long PART = 128 << 10;

    private final SystemCalls calls;
    private final Path folder;
    private final String after;
    private final long limit;
    private final Semaphore large;

    private final List<String> batch = new ArrayList<>();
    private List<SortedNames> read = new ArrayList<>();
    private long weight;
    private boolean all = true;
    private boolean permitted;

    /**
     * @param after the text after which the page begins
     * @param limit bytes that the names of the folder may take
     * @param large permits to hold more than {@link #FEW} names
     */
    FolderScan(SystemCalls calls, Path folder, String after, long limit, Semaphore large) {
        this.calls = calls;
        this.folder = folder;
        this.after = after;
        this.limit = limit;
        this.large = large;
    }

    /** Reads names that can be part of a key; none where the folder does not exist any more. */
    Result run() throws IOException {
        try (DirectoryStream<Path> children = calls.children(folder)) {
            for (Path child : children) {
                String name = child.getFileName().toString();
                if (ObjectKey.isComponent(name) && (all || isWanted(name))) {
                    add(name);
                }
            }
            return result();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return new Result(SortedNames.NONE, true);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } finally {
            if (permitted) {
                large.release();
            }
        }
    }

    private void add(String name) {
        batch.add(name);
        if (batch.size() < (permitted ? BATCH : FEW)) {
            return;
        }
        if (!permitted) {
            large.acquireUninterruptibly();
            permitted = true;
            return;
        }
        flush();
        if (all && weight > limit) {
            all = false;
        }
        if (!all && weight > 2 * PART) {
            select();
        }
    }

    private void flush() {
        SortedNames names = SortedNames.of(batch);
        read.add(names);
        weight += names.weight();
        batch.clear();
    }

    private void select() {
        SortedNames least = SortedNames.merged(read, this::isWanted, PART);
        read = new ArrayList<>(List.of(least));
        weight = least.weight();
    }

    /**
     * Whether the page may need a name: because it sorts after the beginning of the page and not
     * after the names that are left out, or because it may be a folder in which the page begins.
     */
    private boolean isWanted(String name) {
        if (name.compareTo(after) <= 0) {
            return after.startsWith(name);
        }
        SortedNames least = read.getFirst();
        return least.reachesEnd() || name.compareTo(least.last()) <= 0;
    }

    private Result result() {
        flush();
        if (!all) {
            select();
            return new Result(read.getFirst(), false);
        }
        SortedNames names =
                read.size() == 1
                        ? read.getFirst()
                        : SortedNames.merged(read, name -> true, Long.MAX_VALUE);
        return new Result(names, true);
    }
}
