package io.berth.object.disk.lock;

import io.berth.object.StoppedWhileWaitingException;
import io.berth.object.disk.file.FileState;
import io.berth.object.disk.file.SystemCalls;
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
 * Locks a folder against other processes, by a lock of the operating system on a file in it. The
 * system releases the lock when the process ends, in whatever way, so that no stale lock remains.
 * It works among containers, and among machines whose network file system supports locks. Safe for
 * several threads.
 *
 * <p>Nothing else in this process may open the file: closing any handle on it would release the
 * lock.
 */
public final class FolderLock implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(FolderLock.class);

    private static final Duration POLL = Duration.ofMillis(100);

    /** Each attempt fails only when the file is removed within the same microseconds. */
    private static final int TRIES = 100;

    /** Bytes; the description of a holder is shorter. */
    private static final int MAX_HOLDER_BYTES = 500;

    /** Lock files held by this process, as the system's locks do not exclude its own threads. */
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

    /**
     * Returns the check that this lock is still held.
     *
     * @return {@code null} where the file system has no locks
     */
    public @Nullable LockWatch watch(SystemCalls calls) {
        return locked == null ? null : new LockWatch(file, locked, calls, System::nanoTime);
    }

    /**
     * Acquires the lock. Where the file system has no locks, logs a warning and goes on without.
     *
     * @param folder for messages
     * @param file an absolute path; created if missing, in a folder that exists
     * @param timeout how long to wait for another process that holds the lock
     * @throws FolderInUseException when another process holds the lock after the timeout
     * @throws StoppedWhileWaitingException when this process is told to stop while it waits
     * @throws IOException when the file cannot be opened, or is removed as often as it is created
     */
    public static FolderLock acquire(Path folder, Path file, Duration timeout, SystemCalls calls)
            throws IOException {
        Path real =
                Objects.requireNonNull(file.getParent()).toRealPath().resolve(file.getFileName());
        Instant deadline = Instant.now().plus(timeout);
        FolderLock lock = attempt(real, calls);
        if (lock != null) {
            return lock;
        }
        if (Instant.now().isBefore(deadline)) {
            log.info(
                    "{} is in use by {}: waiting up to {} s for it to end",
                    folder,
                    holder(real),
                    timeout.toSeconds());
        }
        // Spring does not end a start that is under way, so a stop would wait for the other
        // process.
        try (ShutdownSignal stop = new ShutdownSignal()) {
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

    private static void requireNoStop(ShutdownSignal stop, Path folder, Path file) {
        if (stop.isGiven()) {
            var stopped = new StoppedWhileWaitingException(folder, holder(file));
            // Logged here, because the process may end before the exception is handled.
            log.info("{}: the process ends before it has served requests", stopped.getMessage());
            throw stopped;
        }
    }

    /** {@code null} when this or another process holds the lock. */
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

    /** {@code null} when another process holds the lock. */
    private static @Nullable FolderLock tryAcquire(Path file, SystemCalls calls)
            throws IOException {
        for (int i = 1; ; i++) {
            try {
                return tryOnce(file, calls);
            } catch (NoSuchFileException e) {
                // Removed after it was opened: another process could create and lock a new one.
                if (i == TRIES) {
                    throw new IOException("the lock file " + file + " is removed again and again");
                }
            }
        }
    }

    /**
     * @throws NoSuchFileException when the file that was locked does not exist any more
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
            // The file system has no locks.
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
            byte[] self = self().getBytes(StandardCharsets.UTF_8);
            try {
                channel.truncate(0);
                channel.write(ByteBuffer.wrap(self), 0);
                channel.force(true); // so that a network file system reports the final time
            } catch (IOException e) {
                log.debug("cannot write the holder to {}", file, e); // the disk may be full
            }
        }
        return lock;
    }

    /** Describes this process. */
    private static String self() {
        String host = System.getenv().getOrDefault("HOSTNAME", "");
        return "id "
                + ProcessHandle.current().pid()
                + (host.isEmpty() ? "" : " on " + host)
                + ", since "
                + Instant.now().truncatedTo(ChronoUnit.SECONDS);
    }

    /** Describes the process that holds the lock, for messages. */
    private static String holder(Path file) {
        if (!HELD.add(file)) {
            return "this process";
        }
        try {
            if (Files.size(file) <= MAX_HOLDER_BYTES) {
                String name = Files.readString(file).strip();
                if (!name.isEmpty()) {
                    return "another process (" + name + ")";
                }
            }
        } catch (IOException e) {
            log.debug("cannot read the holder from {}", file, e);
        } finally {
            HELD.remove(file);
        }
        return "another process";
    }

    /** Releases the lock. */
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
