package io.berth.concurrent;

import io.berth.object.ObjectStoreException.Unavailable;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** A lock that is held during requests to a store, with a limit to the time of waiting for it. */
public final class TimedLock extends ReentrantLock {

    private static final long serialVersionUID = 1;

    /** Whether the lock was acquired in time. An interrupt ends the wait; its flag stays set. */
    public boolean tryAcquire(Duration timeout) {
        try {
            return tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Acquires the lock.
     *
     * @param upload the upload that the lock guards, for the message
     * @throws Unavailable when the lock could not be acquired in time
     */
    public void acquire(Duration timeout, Object upload) {
        if (!tryAcquire(timeout)) {
            throw new Unavailable(
                    upload.toString(),
                    "a request to the store for this upload takes too long",
                    null);
        }
    }
}
