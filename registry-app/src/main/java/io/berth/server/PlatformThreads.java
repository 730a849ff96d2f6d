package io.berth.server;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Platform threads, started as they are needed. One that has done its work finds the next in a
 * queue: being woken up costs more. A task comes into the queue only where a thread is free for it,
 * so that none waits for another task to end; pools of the JDK and of Tomcat do not promise that
 * when a thread ends that had nothing to do. Safe for use by many threads.
 */
final class PlatformThreads implements AutoCloseable {

    private final ThreadFactory factory =
            Thread.ofPlatform().daemon().name("request-", 0).factory();
    private final long idleNanos;
    private final Semaphore startable;

    /** Threads that have nothing to do, less the tasks that are in the queue. */
    private final Semaphore free = new Semaphore(0);

    private final BlockingQueue<Runnable> tasks;
    private volatile boolean closed;

    /**
     * @param most at the same time
     * @param idle after which one ends that has nothing to do
     */
    PlatformThreads(int most, Duration idle) {
        this.idleNanos = idle.toNanos();
        this.startable = new Semaphore(most);
        this.tasks = new ArrayBlockingQueue<>(most);
    }

    /**
     * Runs a task at once. What it throws ends its thread, and no other.
     *
     * @return {@code false}: not run, as all threads are busy, the system gives no more of them, or
     *     this is closed
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
            // A task is on its way.
        }
    }

    private @Nullable Runnable waitForTask() {
        try {
            return tasks.poll(closed ? 0 : idleNanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            return null; // by a task that was interrupted too late
        }
    }

    /** Lets what runs come to its end by itself. */
    @Override
    public void close() {
        closed = true;
        for (int left = free.availablePermits(); left > 0 && free.tryAcquire(); left--) {
            tasks.add(() -> {}); // wakes up a thread, which then ends
        }
    }
}
