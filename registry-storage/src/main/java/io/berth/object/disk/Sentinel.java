package io.berth.object.disk;

import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.ObjectStoreException.Unavailable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The file that tells the folder which was opened from another one at the same path: from an empty
 * mount point, from what a replaced volume holds. While it is the same file, unchanged, one stat
 * shows that; otherwise it is read. Where the folder is locked, the lock file is looked at as well.
 * Thread-safe.
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
     * What is to be said of an object that is not there.
     *
     * @throws Unavailable as {@link #require} does, for then that says nothing
     */
    NotFound absent(ObjectKey key) {
        require();
        return new NotFound(key);
    }

    /**
     * @throws Unavailable when it was set and is not there, or holds something else; when the
     *     folder is not locked any more
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
                        "another folder or volume is in the place of the one that was opened, for"
                                + " its owner marker is another",
                        null);
            }
            seen = found;
        } catch (IOException e) {
            throw new Unavailable(
                    sentinel.key().value(),
                    "the folder is gone, or another is in its place: put it back, or mount its"
                            + " volume; the owner marker cannot be read",
                    e);
        }
    }
}
