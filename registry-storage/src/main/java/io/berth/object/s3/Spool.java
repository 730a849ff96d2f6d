package io.berth.object.s3;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of files that hold bytes until they are sent. A file loses its name as soon as it is
 * open, so that its space is free again when the process ends, however it ends; a system that
 * forbids this keeps the name until the file is closed.
 */
final class Spool {

    private static final Logger log = LoggerFactory.getLogger(Spool.class);

    private final Path folder;

    /**
     * @throws UncheckedIOException when files cannot be written there; its message says where
     */
    Spool(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
            open().close();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot write to "
                            + folder.toAbsolutePath()
                            + ": make it a folder that this user may write to",
                    e);
        }
    }

    /** Nothing yet, and no file until there is more than a little. */
    SpooledBytes bytes() {
        return new SpooledBytes(this);
    }

    /** A new file, not interruptible as channels are, which an interrupted reader would close. */
    RandomAccessFile open() throws IOException {
        File file = folder.resolve("berth-" + UUID.randomUUID()).toFile();
        RandomAccessFile opened = new RandomAccessFile(file, "rw");
        if (!file.delete()) {
            log.debug("an open file keeps its name here: {}", file);
            file.deleteOnExit();
        }
        return opened;
    }
}
