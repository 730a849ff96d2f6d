package io.berth.stored;

import io.berth.name.UploadId;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Which upload sessions a request of this process is working on: one request at a time each. */
final class UploadHolds {

    private final Duration patience;
    private final Set<UploadId> held = new HashSet<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition released = lock.newCondition();

    /**
     * @param patience how long {@link #take} waits for another holder
     */
    UploadHolds(Duration patience) {
        this.patience = patience;
    }

    /** Waits a while for the session to be free; {@code false} when it did not become so. */
    boolean take(UploadId id) {
        return take(id, patience);
    }

    /** Does not wait. */
    boolean takeIfFree(UploadId id) {
        return take(id, Duration.ZERO);
    }

    private boolean take(UploadId id, Duration wait) {
        lock.lock();
        try {
            long left = wait.toNanos();
            while (!held.add(id)) {
                if (left <= 0) {
                    return false;
                }
                left = released.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    void release(UploadId id) {
        lock.lock();
        try {
            held.remove(id);
            released.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
