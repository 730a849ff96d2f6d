package io.berth.object.s3;

import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects that are of no use any more and wait to be removed in one request: until there are enough
 * of them, or for about a second. At most {@value #MOST} wait; what comes on top of that, or cannot
 * be removed, is left where it is and said in the log.
 */
final class ForgetQueue implements AutoCloseable {

    static final int MOST = 100_000;

    private static final Logger log = LoggerFactory.getLogger(ForgetQueue.class);

    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Consumer<Collection<ObjectKey>> remover;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<ObjectKey> waiting = new ArrayDeque<>();
    private boolean removing;

    /** Someone waits for the end of this: no lingering. */
    private boolean hurry;

    private boolean closed;

    ForgetQueue(Consumer<Collection<ObjectKey>> remover) {
        this.remover = remover;
        this.thread = Thread.ofPlatform().daemon().name("s3-forget").start(this::run);
    }

    void add(Collection<ObjectKey> keys) {
        if (keys.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            if (closed || waiting.size() + keys.size() > MOST) {
                log.warn("{} objects of no use are left, such as {}", keys.size(), first(keys));
                return;
            }
            waiting.addAll(keys);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static ObjectKey first(Collection<ObjectKey> keys) {
        return keys.iterator().next();
    }

    private void run() {
        while (true) {
            List<ObjectKey> batch = next();
            if (batch.isEmpty()) {
                return;
            }
            try {
                remover.accept(batch);
            } catch (ObjectStoreException e) {
                log.warn("objects of no use are left, such as {}", batch.getFirst(), e);
            } catch (RuntimeException | Error e) {
                // The thread goes on: others wait for what they add to be removed.
                log.error("removing objects of no use failed", e);
            }
        }
    }

    /** Empty when there will be none. */
    private List<ObjectKey> next() {
        lock.lock();
        try {
            removing = false;
            changed.signalAll();
            while (waiting.isEmpty()) {
                if (closed) {
                    return List.of();
                }
                changed.awaitUninterruptibly();
            }
            long left = LINGER_NANOS;
            while (left > 0 && waiting.size() < Deletes.BATCH && !hurry && !closed) {
                left = changed.awaitNanos(left);
            }
            List<ObjectKey> batch = new ArrayList<>();
            while (!waiting.isEmpty() && batch.size() < Deletes.BATCH) {
                batch.add(waiting.remove());
            }
            removing = true;
            return batch;
        } catch (InterruptedException e) {
            return List.of(); // nobody does that
        } finally {
            lock.unlock();
        }
    }

    /** Until everything added before is removed or given up. */
    void await() {
        lock.lock();
        try {
            hurry = true;
            changed.signalAll();
            while (removing || !waiting.isEmpty()) {
                changed.awaitUninterruptibly();
            }
            hurry = false;
        } finally {
            lock.unlock();
        }
    }

    /** Removes what waits, and returns when it is done. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
