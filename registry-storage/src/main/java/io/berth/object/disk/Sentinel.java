package io.berth.object.disk;

import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.disk.file.FileErrors;
import io.berth.object.disk.file.FileState;
import io.berth.object.disk.file.SmallFile;
import io.berth.object.disk.file.SystemCalls;
import io.berth.object.disk.lock.LockWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A file with known content. Where it is missing or different, the folder is not the one that was
 * opened, but an empty mount point, for example, or a replaced volume. Each check takes one stat
 * while the file is unchanged; otherwise the file is read. Where the folder is locked, the lock
 * file is checked as well. Safe for several threads.
 */
final class Sentinel {

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Expected(ObjectKey key, Path file, byte[] content) {}

    private final FileTree tree;
    private final SystemCalls calls;
    private final @Nullable LockWatch lock;
    private volatile @Nullable Expected expected;
    private volatile @Nullable FileState seen;

    /**
     * @param lock {@code null}: the folder is not locked
     */
    Sentinel(FileTree tree, SystemCalls calls, @Nullable LockWatch lock) {
        this.tree = tree;
        this.calls = calls;
        this.lock = lock;
    }

    void set(ObjectKey key, byte[] content) {
        seen = null;
        expected = new Expected(key, tree.file(key), content);
    }

    boolean isSet() {
        return expected != null;
    }

    /**
     * The failure to throw for an object that does not exist.
     *
     * @throws Unavailable as {@link #require} does, so that nothing is known about the object
     */
    NotFound absent(ObjectKey key) {
        require();
        return new NotFound(key);
    }

    /**
     * The failure to throw when a file could not be read: {@link NotFound} only where the sentinel
     * shows that the folder is the right one.
     *
     * @param e what reading the file of {@code key} has thrown
     * @throws Unavailable as {@link #absent}
     */
    ObjectStoreException readFailure(ObjectKey key, Path file, IOException e) {
        ObjectStoreException failure = FileErrors.reading(key, file, e);
        return failure instanceof NotFound ? absent(key) : failure;
    }

    /**
     * Checks the sentinel, if one is set, and the lock, if the folder is locked.
     *
     * @throws Unavailable when the sentinel is missing or has different content; when the folder is
     *     not locked any more
     */
    void require() {
        requireFolder();
        requireLock();
    }

    /**
     * Costs a stat a second.
     *
     * @throws Unavailable when the folder was locked and is not locked any more
     */
    void requireLock() {
        if (lock != null) {
            lock.require(this::requireFolder);
        }
    }

    private void requireFolder() {
        Expected sentinel = expected;
        if (sentinel == null) {
            return;
        }
        try {
            FileState found = FileState.of(calls.attributes(sentinel.file()));
            if (found.identity() != null && found.equals(seen)) {
                return;
            }
            byte[] content = SmallFile.read(sentinel.file(), sentinel.content().length);
            if (!Arrays.equals(content, sentinel.content())) {
                throw new Unavailable(
                        sentinel.key().value(),
                        "the folder is not the one that was opened, as its owner marker is another one:"
                                + " mount the right volume, or put the folder back",
                        null);
            }
            seen = found;
        } catch (IOException e) {
            throw new Unavailable(
                    sentinel.key().value(),
                    "the owner marker cannot be read, so the folder is missing or another one is in"
                            + " its place: put it back, or mount its volume",
                    e);
        }
    }
}
