package io.berth.object.disk;

import io.berth.object.ObjectKey;
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
 * Reads the names in a folder: all of them, or, where these would take more memory than they may,
 * the first of those that a page needs. For use by one thread, once.
 *
 * <p>Memory: a few hundred names; more only while it has a permit, then at the most about twice
 * what all names may take.
 */
final class FolderScan {

    /**
     * What was read.
     *
     * @param all {@code false}: only names from where the page begins, until {@link #PART}
     */
    record Result(FolderNames names, boolean all) {}

    /** Names that need no permit. */
    static final int FEW = 256;

    private static final int BATCH = 4096;

    /** Bytes of the names that are taken at once where not all are: a thousand and more. */
    static final long PART = 128 << 10;

    private final SystemCalls calls;
    private final Path folder;
    private final String after;
    private final long limit;
    private final Semaphore large;

    private final List<String> batch = new ArrayList<>();
    private List<FolderNames> read = new ArrayList<>();
    private long weight;
    private boolean all = true;
    private boolean permitted;

    /**
     * @param after where the page begins
     * @param limit bytes that all names of the folder may take
     * @param large permits to hold more than a few names
     */
    FolderScan(SystemCalls calls, Path folder, String after, long limit, Semaphore large) {
        this.calls = calls;
        this.folder = folder;
        this.after = after;
        this.limit = limit;
        this.large = large;
    }

    /** Names that a key may have; none where there is no folder any more. */
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
            return new Result(FolderNames.NONE, true);
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
        FolderNames names = FolderNames.of(batch);
        read.add(names);
        weight += names.weight();
        batch.clear();
    }

    private void select() {
        FolderNames least = FolderNames.merged(read, this::isWanted, PART);
        read = new ArrayList<>(List.of(least));
        weight = least.weight();
    }

    /**
     * Whether a name is one that the page may need: behind its beginning and not behind what is
     * left out anyway, or one that may be a folder in which the page begins.
     */
    private boolean isWanted(String name) {
        if (name.compareTo(after) <= 0) {
            return after.startsWith(name);
        }
        FolderNames least = read.getFirst();
        return least.reachesEnd() || name.compareTo(least.last()) <= 0;
    }

    private Result result() {
        flush();
        if (!all) {
            select();
            return new Result(read.getFirst(), false);
        }
        FolderNames names =
                read.size() == 1
                        ? read.getFirst()
                        : FolderNames.merged(read, name -> true, Long.MAX_VALUE);
        return new Result(names, true);
    }
}
