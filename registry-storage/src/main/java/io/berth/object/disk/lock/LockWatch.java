package io.berth.object.disk.lock;

import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.disk.file.FileErrors;
import io.berth.object.disk.file.FileState;
import io.berth.object.disk.file.SystemCalls;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks whether the lock file was removed or replaced. The lock is on the file, not on its path,
 * so another process could then lock a new file there. A check takes one stat, at most one a
 * second. After a failed check the folder stays unavailable, because what the other process has
 * written is not known. Safe for several threads.
 *
 * <p>The file is in place if it has the inode that was locked, or the time and length that this
 * process gave it by writing its name there. One of the two is enough: network file systems may
 * change inode numbers, and a tool may touch the file. Another process that locks a file in its
 * place writes its own name, so that both differ. The content is not compared: closing the file
 * after reading it would release the lock.
 */
public final class LockWatch {

    /** The time between two checks, if {@link #require} is called often enough. */
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
     * Checks the lock file, if the last check is long enough ago. After a failed check, every call
     * throws.
     *
     * @param folder throws when the whole folder is gone, which says nothing about the lock
     * @throws Unavailable when the lock file is missing or another one, or was so once, and when it
     *     cannot be read
     */
    public void require(Runnable folder) {
        if (!lost && isDue() && !isInPlace()) {
            folder.run();
            lose();
        }
        if (lost) {
            throw lost();
        }
    }

    /** Of several threads, true for one. */
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
            if (FileErrors.isAbsent(file, e)) {
                return false;
            }
            next.set(nanos.getAsLong()); // the next call checks again
            throw new Unavailable(key(), "the attributes of the lock file cannot be read", e);
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

    /** The name without the folder, because messages may reach a client. */
    private String key() {
        return String.valueOf(file.getFileName());
    }
}
