package io.berth.concurrent;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Mutual exclusion by a pair of keys, in this process: a fixed number of locks chosen by hash, so
 * that no map grows with the keys. Unrelated keys may share a lock and then wait for each other. A
 * thread that holds a lock must not take a second one of the same set: two such threads could
 * deadlock.
 */
public final class StripedLocks {

    private static final int STRIPES = 256; // a power of two

    private final ReentrantLock[] locks = new ReentrantLock[STRIPES];

    public StripedLocks() {
        for (int i = 0; i < STRIPES; i++) {
            locks[i] = new ReentrantLock();
        }
    }

    public <T> T locked(Object first, Object second, Supplier<T> action) {
        int hash = 31 * first.hashCode() + second.hashCode();
        ReentrantLock lock = locks[(hash ^ (hash >>> 16)) & (STRIPES - 1)];
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    public void locked(Object first, Object second, Runnable action) {
        this.<Boolean>locked(
                first,
                second,
                () -> {
                    action.run();
                    return true;
                });
    }
}
