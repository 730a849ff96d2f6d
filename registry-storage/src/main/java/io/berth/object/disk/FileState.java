package io.berth.object.disk;

import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A state of a file or a folder, as one stat tells it. A later change shows in it if the state was
 * settled when it was read.
 *
 * @param modified when it was last changed
 * @param size bytes
 * @param identity the inode and its device; {@code null} where the file system does not number its
 *     files
 */
record FileState(FileTime modified, long size, @Nullable Object identity) {

    /** The coarsest clock of the file systems in use is FAT's, of two seconds. */
    static final Duration COARSE = Duration.ofSeconds(2);

    static FileState of(BasicFileAttributes attributes) {
        return new FileState(
                attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    }

    /**
     * Whether any later change shows. The time of change is coarse: of two changes in one tick of
     * the clock the second one may leave the state as it was, also with the inode of a file that
     * the first one removed.
     */
    boolean isSettled() {
        return modified.toMillis() < System.currentTimeMillis() - COARSE.toMillis();
    }
}
