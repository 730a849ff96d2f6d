package io.berth.concurrent;

import io.berth.object.ObjectStoreException.Unavailable;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** A lock that is held while a store is asked, and waited for no longer than that may take. */
public final class TimedLock extends ReentrantLock {

    private static final long serialVersionUID = 1;

    /** Whether it could be taken in time. An interrupt ends the wait, and is kept. */
    public boolean isTakenWithin(Duration time) {
        try {
            return tryLock(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * @param what it is about, for the message
     * @throws Unavailable when it could not be taken in time
     */
    public void takeWithin(Duration time, Object what) {
        if (!isTakenWithin(time)) {
            throw new Unavailable(
                    what.toString(), "the store does not answer for this upload", null);
        }
    }
}
