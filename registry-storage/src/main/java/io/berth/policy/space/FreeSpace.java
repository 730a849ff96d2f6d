package io.berth.policy.space;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the file system of a folder has as much space as must stay free. Asks it once a second at
 * most. A file system that does not tell counts as one with enough space. Safe for use by many
 * threads.
 */
public final class FreeSpace {

    /** Reads the bytes that are free for this process. */
    @FunctionalInterface
    interface Reading {
        long bytes() throws IOException;
    }

    private static final Logger log = LoggerFactory.getLogger(FreeSpace.class);

    private static final long PAUSE = Duration.ofSeconds(1).toNanos();

    /** The pause between two lines of the log that say the same. */
    private static final long LOG_PAUSE = Duration.ofMinutes(1).toNanos();

    private final String setting;
    private final long least;
    private final Reading reading;
    private final LongSupplier nanoTime;
    private final AtomicLong nextLine;

    private volatile Seen seen;

    private record Seen(OptionalLong free, long at) {}

    /**
     * @param setting that has {@code least}, for messages
     * @param folder must exist
     * @param least bytes that must stay free
     */
    public static FreeSpace of(String setting, Path folder, long least) {
        File file =
                folder.toFile(); // a FileStore needs a list of mounts, which containers may lack
        return new FreeSpace(setting, least, () -> usable(file), System::nanoTime);
    }

    private static long usable(File folder) throws IOException {
        long usable = folder.getUsableSpace();
        if (usable == 0 && folder.getTotalSpace() == 0) {
            throw new IOException("the system does not tell the free space of " + folder);
        }
        return usable;
    }

    FreeSpace(String setting, long least, Reading reading, LongSupplier nanoTime) {
        this.setting = setting;
        this.least = least;
        this.reading = reading;
        this.nanoTime = nanoTime;
        long now = nanoTime.getAsLong();
        this.nextLine = new AtomicLong(now);
        this.seen = new Seen(OptionalLong.empty(), now - PAUSE);
    }

    /** Whether less is free than must be. Logs that, now and then. */
    boolean isShort() {
        long now = nanoTime.getAsLong();
        Seen last = seen;
        if (now - last.at >= PAUSE) {
            last = new Seen(read(), now);
            seen = last;
        }
        boolean isShort = last.free.isPresent() && last.free.getAsLong() < least;
        if (isShort && isTimeForALine(now)) {
            log.error(
                    "new uploads are refused: {} bytes are free on the disk, and {} keeps {} bytes free",
                    last.free.getAsLong(),
                    setting,
                    least);
        }
        return isShort;
    }

    private OptionalLong read() {
        try {
            return OptionalLong.of(reading.bytes());
        } catch (IOException e) {
            if (isTimeForALine(nanoTime.getAsLong())) {
                log.warn("the free space of the disk cannot be read, see {}", setting, e);
            }
            return OptionalLong.empty();
        }
    }

    private boolean isTimeForALine(long now) {
        long next = nextLine.get();
        return now - next >= 0 && nextLine.compareAndSet(next, now + LOG_PAUSE);
    }
}
