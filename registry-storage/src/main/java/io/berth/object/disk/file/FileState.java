package io.berth.object.disk.file;

import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The attributes by which a change of a file or a folder is detected. A later change gives another
 * state if this one was settled when it was read.
 *
 * @param modified when it was last modified
 * @param size bytes
 * @param identity the device and the inode; {@code null} where the file system has no inodes
 */
public record FileState(FileTime modified, long size, @Nullable Object identity) {

    /** The coarsest resolution of times in the file systems in use: that of FAT. */
    public static final Duration COARSE = Duration.ofSeconds(2);

    public static FileState of(BasicFileAttributes attributes) {
        return new FileState(
                attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    }

    /**
     * Whether any later change gives another state. The resolution of times is coarse: of two
     * changes in one tick of the clock the second one may leave the state as it was, even a file
     * that was removed and created, as its inode may be reused.
     */
    public boolean isSettled() {
        return modified.toMillis() < System.currentTimeMillis() - COARSE.toMillis();
    }
}
