package io.berth.object.disk;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of files that are not published yet. Other processes may use the same folder; a file
 * is taken for left over when it was not modified for a day. Safe for several threads.
 */
final class TemporaryFiles {

    static final Duration STALE = Duration.ofHours(24);

    private static final Logger log = LoggerFactory.getLogger(TemporaryFiles.class);

    private final Path folder;
    private final String process = UUID.randomUUID() + "-";
    private final AtomicLong count = new AtomicLong();

    TemporaryFiles(Path folder) {
        this.folder = folder;
    }

    Path folder() {
        return folder;
    }

    /** A path that is unique among all calls and processes. Creates no file. */
    Path next() {
        return folder.resolve(process + count.incrementAndGet());
    }

    /** Removes files that were last modified before {@code limit}. */
    void removeStale(Instant limit) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (isStale(file, limit)) {
                    Files.deleteIfExists(file);
                    log.info("removed the temporary file of an unfinished write: {}", file);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static boolean isStale(Path file, Instant limit) throws IOException {
        try {
            BasicFileAttributes found =
                    Files.readAttributes(
                            file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return found.isRegularFile() && found.lastModifiedTime().toInstant().isBefore(limit);
        } catch (NoSuchFileException e) {
            return false; // another process finished it just now
        }
    }

    /** Deletes a file that is no longer needed; if that fails, {@link #removeStale} does later. */
    static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log.warn("cannot remove the temporary file {}", file, e);
        }
    }
}
