package io.berth.object.s3.bucket;

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
 * Deletes objects later, many in one request: when there are enough for a batch, or after about a
 * second. At most {@value #MAX_KEYS} keys wait. Those beyond, and those that cannot be deleted,
 * stay in the bucket, and a warning is logged. Thread-safe.
 */
public final class DeferredDeletes implements AutoCloseable {

    /** The most keys that wait. */
    public static final int MAX_KEYS = 100_000;

    private static final Logger log = LoggerFactory.getLogger(DeferredDeletes.class);

    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Consumer<Collection<ObjectKey>> deletion;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<ObjectKey> waiting = new ArrayDeque<>();
    private boolean deleting;

    /** Whether a thread is in {@link #await}, so that a batch does not wait for more keys. */
    private boolean flushing;

    private boolean closed;

    /**
     * @param deletion deletes the objects of a batch; called by one thread
     */
    public DeferredDeletes(Consumer<Collection<ObjectKey>> deletion) {
        this.deletion = deletion;
        this.thread = Thread.ofPlatform().daemon().name("s3-deferred-deletes").start(this::run);
    }

    /** Adds objects to be deleted. Returns at once, and never throws. */
    public void add(Collection<ObjectKey> keys) {
        if (keys.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            if (closed || waiting.size() + keys.size() > MAX_KEYS) {
                log.warn(
                        "{} unused objects are left in the bucket, such as {}",
                        keys.size(),
                        first(keys));
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
                deletion.accept(batch);
            } catch (ObjectStoreException e) {
                log.warn("unused objects are left in the bucket, such as {}", batch.getFirst(), e);
            } catch (RuntimeException | Error e) {
                // The thread goes on, or the next batches would never be deleted.
                log.error("deleting unused objects failed", e);
            }
        }
    }

    /** Waits for a batch; empty when the deletes are closed and no key is left. */
    private List<ObjectKey> next() {
        lock.lock();
        try {
            deleting = false;
            changed.signalAll();
            while (waiting.isEmpty()) {
                if (closed) {
                    return List.of();
                }
                changed.awaitUninterruptibly();
            }
            long left = LINGER_NANOS;
            while (left > 0 && waiting.size() < BatchDeletes.BATCH && !flushing && !closed) {
                left = changed.awaitNanos(left);
            }
            List<ObjectKey> batch = new ArrayList<>();
            while (!waiting.isEmpty() && batch.size() < BatchDeletes.BATCH) {
                batch.add(waiting.remove());
            }
            deleting = true;
            return batch;
        } catch (InterruptedException e) {
            return List.of(); // no other code can interrupt this thread
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all objects that were added before are deleted, or their deletion has failed. */
    public void await() {
        lock.lock();
        try {
            flushing = true;
            changed.signalAll();
            while (deleting || !waiting.isEmpty()) {
                changed.awaitUninterruptibly();
            }
            flushing = false;
        } finally {
            lock.unlock();
        }
    }

    /** Deletes the objects that wait, and returns when they are deleted or that has failed. */
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
