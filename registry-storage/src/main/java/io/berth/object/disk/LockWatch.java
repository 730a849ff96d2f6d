package io.berth.object.disk;

import io.berth.object.ObjectStoreException.Unavailable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that the lock file was removed or replaced. The lock is on the file, not on its path, so
 * another process could then lock a file of its own there. One stat a second, at the most, shows
 * that; once it has, the folder stays unavailable, because what the other process has written is
 * not known. Thread-safe.
 *
 * <p>The file is in place if it has the inode that was locked, or the time and length that this
 * process gave it by writing its name there. One of the two is enough: network file systems may
 * number a file anew, and a tool may touch it. Another process that takes a file in its place
 * writes its own name, so that both differ. The content itself cannot be compared: to close the
 * file after reading it would let go of the lock.
 */
final class LockWatch {

    /** Nothing is found out later than this, if anybody asks. */
    static final Duration INTERVAL = Duration.ofSeconds(1);

    private static final String WHAT_TO_DO =
            "the lock file was removed or replaced, so another process may write to the folder:"
                    + " stop all of them and start one";

    private static final Logger log = LoggerFactory.getLogger(LockWatch.class);

    private final Path file;
    private final FileState locked;
    private final SystemCalls calls;
    private final LongSupplier nanos;
    private final AtomicLong next;
    private volatile boolean lost;

    /**
     * @param file that is locked
     * @param locked the file as this process left it when it had locked it
     */
    LockWatch(Path file, FileState locked, SystemCalls calls, LongSupplier nanos) {
        this.file = file;
        this.locked = locked;
        this.calls = calls;
        this.nanos = nanos;
        this.next = new AtomicLong(nanos.getAsLong());
    }

    /**
     * Until the file is found to be another one or none; from then on it always throws.
     *
     * @param folder throws when the whole folder is gone, which says nothing about the lock
     * @throws Unavailable when the file is or was another one, or none, or cannot be looked at
     */
    void require(Runnable folder) {
        if (!lost && isDue() && !isInPlace()) {
            folder.run();
            lose();
        }
        if (lost) {
            throw lost();
        }
    }

    /** One of the threads that ask at the same time looks. */
    private boolean isDue() {
        long due = next.get();
        long now = nanos.getAsLong();
        return now - due >= 0 && next.compareAndSet(due, now + INTERVAL.toNanos());
    }

    private boolean isInPlace() {
        try {
            FileState found = FileState.of(calls.attributes(file));
            boolean sameInode =
                    locked.identity() != null && locked.identity().equals(found.identity());
            return sameInode
                    || (locked.modified().equals(found.modified())
                            && locked.size() == found.size());
        } catch (IOException e) {
            if (Failures.isAbsent(file, e)) {
                return false;
            }
            next.set(nanos.getAsLong()); // the next one looks again
            throw new Unavailable(key(), "the lock file cannot be looked at", e);
        }
    }

    private synchronized void lose() {
        if (!lost) {
            lost = true;
            log.error("{}: {}", file, WHAT_TO_DO);
        }
    }

    private Unavailable lost() {
        return new Unavailable(key(), WHAT_TO_DO, null);
    }

    /** Without the folder: messages may reach a client. */
    private String key() {
        return String.valueOf(file.getFileName());
    }
}
