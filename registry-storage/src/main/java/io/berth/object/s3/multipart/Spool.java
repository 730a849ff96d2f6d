package io.berth.object.s3.multipart;

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
 * Spools bytes until they are sent: small amounts in the heap, up to a bound for all together,
 * everything else in files of one folder.
 *
 * <p>A file is deleted as soon as it is open, so that its space is freed even after a crash. An
 * operating system that cannot delete open files keeps it until the process ends. Thread-safe.
 */
public final class Spool {

    private static final Logger log = LoggerFactory.getLogger(Spool.class);

    private final Path folder;
    private final AtomicLong heapLeft;

    /**
     * @param folder created when it does not exist
     * @param heapBytes bytes in the heap of all spooled bytes together, at most
     * @throws UncheckedIOException when files cannot be written there; its message names the folder
     */
    public Spool(Path folder, long heapBytes) {
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

    /** Empty spooled bytes; the caller closes them. */
    public SpooledBytes bytes() {
        return new SpooledBytes(this);
    }

    /**
     * Reserves bytes of the heap until {@link #release}.
     *
     * @return {@code false}: nothing was reserved, because fewer bytes are left
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

    /** A new file. Not a FileChannel, because the interrupt of a reader would close that. */
    RandomAccessFile open() throws IOException {
        File file = folder.resolve("berth-" + UUID.randomUUID()).toFile();
        RandomAccessFile opened = new RandomAccessFile(file, "rw");
        if (!file.delete()) {
            log.debug("an open file cannot be deleted here: {}", file);
            file.deleteOnExit();
        }
        return opened;
    }
}
