package io.berth.concurrent;

import io.berth.access.Caller;
import io.berth.access.CallerScope;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs index tasks that no request waits for, one at a time, each in a virtual thread. A task that
 * is requested again before it has ended runs once. It runs as {@link Caller#system()}, because it
 * serves all requests and may outlive them. The failure of a task is logged; the task runs again
 * when it is requested again. Safe for use by many threads.
 */
public final class BackgroundTasks {

    private static final Logger log = LoggerFactory.getLogger(BackgroundTasks.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final Set<Object> underWay = new HashSet<>();
    private final ReentrantLock turn = new ReentrantLock();
    private volatile boolean closed;

    /**
     * Starts a task, unless a task with the same key has not ended yet. Does nothing after {@link
     * #close}.
     *
     * @param key identifies the task: two tasks with equal keys do the same work
     * @param name what is indexed, for the log
     */
    public void run(Object key, String name, Runnable work) {
        if (!begin(key)) {
            return;
        }
        boolean started = false;
        try {
            Thread.startVirtualThread(() -> runInTurn(key, name, work));
            started = true;
        } finally {
            if (!started) {
                end(key);
            }
        }
    }

    private boolean begin(Object key) {
        lock.lock();
        try {
            return !closed && underWay.add(key);
        } finally {
            lock.unlock();
        }
    }

    private void end(Object key) {
        lock.lock();
        try {
            underWay.remove(key);
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Logs an {@link Error}, too: otherwise the thread would end without a log line. */
    private void runInTurn(Object key, String name, Runnable work) {
        turn.lock();
        try {
            requireOpen();
            CallerScope.run(Caller.system(), work);
        } catch (CancellationException e) {
            log.debug("{} was not indexed, because the registry stops", name);
        } catch (RuntimeException | Error e) {
            log.warn("{} could not be indexed; the next request for it tries again", name, e);
        } finally {
            turn.unlock();
            end(key);
        }
    }

    /**
     * A long task calls this before each of its steps.
     *
     * @throws CancellationException after {@link #close}
     */
    public void requireOpen() {
        if (closed) {
            throw new CancellationException("the registry stops");
        }
    }

    /** The same items; {@code hasNext} throws as {@link #requireOpen} does. */
    public <T> Iterator<T> whileOpen(Iterator<T> items) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                requireOpen();
                return items.hasNext();
            }

            @Override
            public T next() {
                return items.next();
            }
        };
    }

    /**
     * Accepts no more tasks, tells those under way to end after their current step, and waits for
     * them.
     *
     * @param timeout how long to wait at most
     * @return whether all tasks have ended; {@code false} also when the thread is interrupted
     */
    public boolean close(Duration timeout) {
        lock.lock();
        try {
            closed = true;
            long left = timeout.toNanos();
            while (!underWay.isEmpty() && left > 0) {
                left = ended.awaitNanos(left);
            }
            return underWay.isEmpty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
