package io.berth.object.disk;

import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectStoreException.BytesLost;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.ObjectStoreException.Unavailable;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Turns what the file system says into what a store says; the one place where that is decided. */
final class Failures {

    private Failures() {}

    /**
     * Absent is only what is known not to be there. A disk that cannot be read must never look like
     * a registry that has lost its images.
     */
    static ObjectStoreException reading(ObjectKey key, Path file, IOException e) {
        return isNoFile(file, e)
                ? new NotFound(key)
                : new Unavailable(key.value(), "cannot read: " + reason(e), e);
    }

    /** Names the reason in the system's words, "No space left on device" being the usual one. */
    static Unavailable writing(ObjectKey key, IOException e) {
        return new Unavailable(key.value(), "cannot write: " + reason(e), e);
    }

    /**
     * After a failed sync it is not known which bytes are on the disk, and no later sync would
     * tell.
     */
    static BytesLost syncing(ObjectKey key, IOException e) {
        return new BytesLost(key, "cannot sync: " + reason(e), e);
    }

    static Unavailable removing(ObjectKey key, IOException e) {
        return new Unavailable(key.value(), "cannot remove: " + reason(e), e);
    }

    static Unavailable listing(String prefix, IOException e) {
        return new Unavailable(prefix, "cannot list: " + reason(e), e);
    }

    /** Whether {@code failure} happened because there is no file, though there may be a folder. */
    static boolean isNoFile(Path file, IOException failure) {
        return isAbsent(file, failure) || Files.isDirectory(file);
    }

    /** Whether {@code failure} happened because nothing is there. */
    static boolean isAbsent(Path path, IOException failure) {
        if (failure instanceof NoSuchFileException) {
            return true;
        }
        // Java gives no type to ENOTDIR, and its text depends on the language.
        for (Path above = path.getParent(); above != null; above = above.getParent()) {
            try {
                return !Files.readAttributes(above, BasicFileAttributes.class).isDirectory();
            } catch (NoSuchFileException e) {
                return true;
            } catch (IOException e) {
                // What is above may say why.
            }
        }
        return false;
    }

    /** Without the path, which {@code e} keeps for the log: messages may reach a client. */
    private static String reason(IOException e) {
        String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }
}
