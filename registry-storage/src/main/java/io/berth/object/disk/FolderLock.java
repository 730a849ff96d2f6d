package io.berth.object.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a second process out of a folder, by a lock of the operating system on a file in it. The
 * system lets go of it when the process ends, in whatever way, so none is ever left behind; it
 * holds between containers, whatever they see of each other's processes, and between machines as
 * far as their network file system has locks.
 *
 * <p>The file must not be opened by anything else in this process: closing any handle on it would
 * let go of the lock.
 */
final class FolderLock implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(FolderLock.class);

    private static final Duration POLL = Duration.ofMillis(100);

    /** Each needs someone else to remove the file in the same microseconds. */
    private static final int TRIES = 100;

    /** What the holder says about itself has fewer characters. */
    private static final int LONGEST_NAME = 500;

    /** Of this process; the system's locks are not for telling its own threads apart. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;
    private final @Nullable FileState locked;

    /**
     * @param locked the file as it is now; {@code null}: it is not locked
     */
    private FolderLock(Path file, FileChannel channel, @Nullable FileState locked) {
        this.file = file;
        this.channel = channel;
        this.locked = locked;
    }

    /** {@code null} where there are no locks. */
    @Nullable LockWatch watch(SystemCalls calls) {
        return locked == null ? null : new LockWatch(file, locked, calls, System::nanoTime);
    }

    /**
     * Takes the lock; where the file system has none, warns, and goes on without.
     *
     * @param file made when it is not there, in a folder that is; absolute
     * @param patience how long a process that holds it is waited for
     * @throws FolderInUseException when it is still held then
     * @throws StoppedWhileWaitingException when this process is told to stop meanwhile
     * @throws IOException when the file cannot be made, or is removed as often as it is made
     */
    static FolderLock acquire(Path folder, Path file, Duration patience, SystemCalls calls)
            throws IOException {
        Path real =
                Objects.requireNonNull(file.getParent()).toRealPath().resolve(file.getFileName());
        Instant deadline = Instant.now().plus(patience);
        FolderLock lock = attempt(real, calls);
        if (lock != null) {
            return lock;
        }
        if (Instant.now().isBefore(deadline)) {
            log.info(
                    "{} is in use by {}: waiting up to {} s for it to end",
                    folder,
                    holder(real),
                    patience.toSeconds());
        }
        // Spring closes nothing before the start has ended, so a stop would wait for the other one.
        try (StopSignal stop = new StopSignal()) {
            while (lock == null) {
                if (Instant.now().isAfter(deadline)) {
                    throw new FolderInUseException(folder, holder(real));
                }
                pause(folder, real);
                requireNoStop(stop, folder, real);
                lock = attempt(real, calls);
            }
        }
        return lock;
    }

    private static void requireNoStop(StopSignal stop, Path folder, Path file) {
        if (stop.isGiven()) {
            var stopped = new StoppedWhileWaitingException(folder, holder(file));
            // Now, because the process may be gone before what is thrown reaches its end.
            log.info("{}: ending without having served", stopped.getMessage());
            throw stopped;
        }
    }

    /** {@code null} when it is held. */
    private static @Nullable FolderLock attempt(Path file, SystemCalls calls) throws IOException {
        if (!HELD.add(file)) {
            return null;
        }
        FolderLock lock = null;
        try {
            lock = tryAcquire(file, calls);
            return lock;
        } finally {
            if (lock == null) {
                HELD.remove(file);
            }
        }
    }

    private static void pause(Path folder, Path file) {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FolderInUseException(folder, holder(file));
        }
    }

    /** {@code null} when another process holds it. */
    private static @Nullable FolderLock tryAcquire(Path file, SystemCalls calls)
            throws IOException {
        for (int i = 1; ; i++) {
            try {
                return tryOnce(file, calls);
            } catch (NoSuchFileException e) {
                // Removed after it was opened: another process could make and lock a new one.
                if (i == TRIES) {
                    throw new IOException("the lock file " + file + " is removed again and again");
                }
            }
        }
    }

    /**
     * @throws NoSuchFileException when the file that was locked is not there any more
     */
    private static @Nullable FolderLock tryOnce(Path file, SystemCalls calls) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean taken = false;
        try {
            FileLock lock = tryLock(file, channel);
            if (lock == null) {
                return null;
            }
            FileState locked = FileState.of(calls.attributes(file));
            taken = true;
            return new FolderLock(file, channel, locked);
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            // Not held by another process, but there are no locks.
            log.warn(
                    "{} cannot be locked ({}), so a second process on the same folder would not be"
                            + " noticed: make sure that there is none",
                    file,
                    e.getMessage());
            taken = true;
            return new FolderLock(file, channel, null);
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    private static @Nullable FileLock tryLock(Path file, FileChannel channel) throws IOException {
        FileLock lock = channel.tryLock();
        if (lock != null) {
            byte[] name = name().getBytes(StandardCharsets.UTF_8);
            try {
                channel.truncate(0);
                channel.write(ByteBuffer.wrap(name), 0);
                channel.force(true); // so that a network file system tells the time it has
            } catch (IOException e) {
                log.debug("cannot say in {} who holds it", file, e); // a full disk, perhaps
            }
        }
        return lock;
    }

    private static String name() {
        String host = System.getenv().getOrDefault("HOSTNAME", "");
        return "id "
                + ProcessHandle.current().pid()
                + (host.isEmpty() ? "" : " on " + host)
                + ", since "
                + Instant.now().truncatedTo(ChronoUnit.SECONDS);
    }

    private static String holder(Path file) {
        if (!HELD.add(file)) {
            return "this process";
        }
        try {
            if (Files.size(file) <= LONGEST_NAME) {
                String name = Files.readString(file).strip();
                if (!name.isEmpty()) {
                    return "another process (" + name + ")";
                }
            }
        } catch (IOException e) {
            log.debug("cannot read in {} who holds it", file, e);
        } finally {
            HELD.remove(file);
        }
        return "another process";
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("cannot close {}", file, e);
        } finally {
            HELD.remove(file);
        }
    }
}
