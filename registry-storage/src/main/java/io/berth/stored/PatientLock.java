package io.berth.stored;

import io.berth.object.ObjectStoreException.Unavailable;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** A lock that is held while a store is asked, and waited for no longer than that may take. */
final class PatientLock extends ReentrantLock {

    private static final long serialVersionUID = 1;

    /** Whether it could be taken in time. An interrupt ends the wait, and is kept. */
    boolean isTakenWithin(Duration time) {
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
    void takeWithin(Duration time, Object what) {
        if (!isTakenWithin(time)) {
            throw new Unavailable(
                    what.toString(), "the store does not answer for this upload", null);
        }
    }
}
