package io.berth.object.s3;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of files that hold bytes until they are sent. A file loses its name as soon as it is
 * open, so that its space is free again when the process ends, however it ends; a system that
 * forbids this keeps the name until the file is closed.
 *
 * <p>Small amounts of bytes stay in the heap, up to a bound for all of them together; beyond it
 * they go to files as well. Safe for use by many threads.
 */
final class Spool {

    private static final Logger log = LoggerFactory.getLogger(Spool.class);

    private final Path folder;
    private final AtomicLong heapLeft;

    /**
     * @param heapBytes the most bytes in the heap, of all that is spooled together
     * @throws UncheckedIOException when files cannot be written there; its message says where
     */
    Spool(Path folder, long heapBytes) {
        this.folder = folder;
        this.heapLeft = new AtomicLong(heapBytes);
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

    /**
     * Reserves bytes of the heap, which must be given back by {@link #release}.
     *
     * @return {@code false}: there are not so many left
     */
    boolean reserve(int bytes) {
        if (heapLeft.addAndGet(-bytes) >= 0) {
            return true;
        }
        heapLeft.addAndGet(bytes);
        return false;
    }

    void release(int bytes) {
        heapLeft.addAndGet(bytes);
    }

    /** Bytes of the heap that may still be reserved. */
    long heapLeft() {
        return heapLeft.get();
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
