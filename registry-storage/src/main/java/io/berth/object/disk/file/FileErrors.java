package io.berth.object.disk.file;

import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectStoreException.BytesLost;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.ObjectStoreException.Unavailable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Translates errors of the file system into {@link ObjectStoreException}s. */
public final class FileErrors {

    private FileErrors() {}

    /** The folder of a store cannot be used; the message says which folder and what to do. */
    public static UncheckedIOException opening(Path folder, IOException e) {
        return new UncheckedIOException(
                "cannot keep data in "
                        + folder
                        + ": make it a folder that this user may write to, on a disk that is not"
                        + " read-only ("
                        + e.getMessage()
                        + ")",
                e);
    }

    /**
     * {@link NotFound} only where it is certain that there is no file. A disk that cannot be read
     * must never look like a registry that has lost its images.
     */
    public static ObjectStoreException reading(ObjectKey key, Path file, IOException e) {
        return isNoFile(file, e)
                ? new NotFound(key)
                : new Unavailable(key.value(), "cannot read: " + reason(e), e);
    }

    /** The message has the system's reason, such as "No space left on device". */
    public static Unavailable writing(ObjectKey key, IOException e) {
        return new Unavailable(key.value(), "cannot write: " + reason(e), e);
    }

    /**
     * After a failed sync it is unknown which bytes are on the disk, and no later sync reports it.
     */
    public static BytesLost syncing(ObjectKey key, IOException e) {
        return new BytesLost(key, "cannot sync: " + reason(e), e);
    }

    public static Unavailable removing(ObjectKey key, IOException e) {
        return new Unavailable(key.value(), "cannot remove: " + reason(e), e);
    }

    public static Unavailable listing(String prefix, IOException e) {
        return new Unavailable(prefix, "cannot list: " + reason(e), e);
    }

    /** Whether the cause of {@code failure} is that {@code file} does not exist, or is a folder. */
    public static boolean isNoFile(Path file, IOException failure) {
        return isAbsent(file, failure) || Files.isDirectory(file);
    }

    /** Whether the cause of {@code failure} is that {@code path} does not exist. */
    public static boolean isAbsent(Path path, IOException failure) {
        if (failure instanceof NoSuchFileException) {
            return true;
        }
        // Java has no exception for ENOTDIR, and its message depends on the locale.
        for (Path above = path.getParent(); above != null; above = above.getParent()) {
            try {
                return !Files.readAttributes(above, BasicFileAttributes.class).isDirectory();
            } catch (NoSuchFileException e) {
                return true;
            } catch (IOException e) {
                // The folder above may show the cause.
            }
        }
        return false;
    }

    /** Without the path, which {@code e} has for the log: messages may reach a client. */
    private static String reason(IOException e) {
        String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }
}
