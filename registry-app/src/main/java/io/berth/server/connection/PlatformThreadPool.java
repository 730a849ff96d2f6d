package io.berth.server.connection;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A pool of platform threads, started on demand. A task is queued only if an idle thread is certain
 * to take it, so that no task waits for another one to end. The pools of the JDK and of Tomcat do
 * not guarantee that when an idle thread ends at the same moment. Safe for use by many threads.
 */
final class PlatformThreadPool implements AutoCloseable {

    private final ThreadFactory factory =
            Thread.ofPlatform().daemon().name("request-", 0).factory();
    private final long idleNanos;
    private final Semaphore startable;

    /** Idle threads, less the queued tasks. */
    private final Semaphore free = new Semaphore(0);

    private final BlockingQueue<Runnable> tasks;
    private volatile boolean closed;

    /**
     * @param max threads at the same time
     * @param idle time after which an idle thread ends
     */
    PlatformThreadPool(int max, Duration idle) {
        this.idleNanos = idle.toNanos();
        this.startable = new Semaphore(max);
        this.tasks = new ArrayBlockingQueue<>(max);
    }

    /**
     * Runs a task at once. An exception ends the thread of the task.
     *
     * @return {@code false} when the task is not run: all threads are busy, the system cannot start
     *     another, or this pool is closed
     */
    boolean execute(Runnable task) {
        if (free.tryAcquire()) {
            tasks.add(task);
            return true;
        }
        if (closed || !startable.tryAcquire()) {
            return false;
        }
        try {
            factory.newThread(() -> work(task)).start();
            return true;
        } catch (OutOfMemoryError e) {
            startable.release();
            return false;
        }
    }

    private void work(Runnable first) {
        try {
            for (Runnable task = first; task != null; task = next()) {
                task.run();
            }
        } finally {
            startable.release();
        }
    }

    /** {@code null}: the thread is to end. */
    private @Nullable Runnable next() {
        free.release();
        while (true) {
            Runnable next = waitForTask();
            if (next != null) {
                return next;
            }
            if (free.tryAcquire()) {
                return null;
            }
            // A task is about to be queued.
        }
    }

    private @Nullable Runnable waitForTask() {
        try {
            return tasks.poll(closed ? 0 : idleNanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            return null; // a late interrupt of a task
        }
    }

    /** Ends idle threads; tasks that run are not interrupted. */
    @Override
    public void close() {
        closed = true;
        for (int left = free.availablePermits(); left > 0 && free.tryAcquire(); left--) {
            tasks.add(() -> {}); // wakes an idle thread, which then ends
        }
    }
}
