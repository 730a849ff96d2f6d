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
 * Runs tasks that no request waits for, one at a time. A task that is requested several times runs
 * once, as {@link Caller#system()}, because it serves all requests and may outlive them. A task
 * that fails is logged, and runs again when it is requested again. Safe for use by many threads.
 */
public final class BackgroundTasks {

    private static final Logger log = LoggerFactory.getLogger(BackgroundTasks.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final Set<Object> underWay = new HashSet<>();
    private final ReentrantLock turn = new ReentrantLock();
    private volatile boolean closed;

    /**
     * Does nothing after {@link #close}.
     *
     * @param what two equal ones are the same work
     * @param name for the log
     */
    public void run(Object what, String name, Runnable work) {
        if (!begin(what)) {
            return;
        }
        boolean started = false;
        try {
            Thread.startVirtualThread(() -> runInTurn(what, name, work));
            started = true;
        } finally {
            if (!started) {
                end(what);
            }
        }
    }

    private boolean begin(Object what) {
        lock.lock();
        try {
            return !closed && underWay.add(what);
        } finally {
            lock.unlock();
        }
    }

    private void end(Object what) {
        lock.lock();
        try {
            underWay.remove(what);
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Logs an {@link Error}, too: it would end the thread without a trace. */
    private void runInTurn(Object what, String name, Runnable work) {
        turn.lock();
        try {
            requireOpen();
            CallerScope.run(Caller.system(), work);
        } catch (CancellationException e) {
            log.debug("{} is not indexed, because the registry stops", name);
        } catch (RuntimeException | Error e) {
            log.warn("{} could not be indexed, which is tried again", name, e);
        } finally {
            turn.unlock();
            end(what);
        }
    }

    /**
     * For work that takes long, before each of its steps.
     *
     * @throws CancellationException after {@link #close}
     */
    public void requireOpen() {
        if (closed) {
            throw new CancellationException("the registry stops");
        }
    }

    /** The same items, each only if {@link #requireOpen} lets it pass. */
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
     * Takes no more work, and has what is under way end after its present step.
     *
     * @param patience how long that is waited for
     * @return whether all has ended
     */
    public boolean close(Duration patience) {
        lock.lock();
        try {
            closed = true;
            long left = patience.toNanos();
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
