package io.berth.concurrent;

import io.berth.access.CallerScope;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectStoreException.Unavailable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks concurrently on virtual threads, a bounded number at the same time. After the first
 * failure, which is any {@link Throwable}, no task is started. Each task runs as the {@link
 * io.berth.access.Caller} of the thread that started it. For one thread.
 */
public final class TaskGroup {

    private final Semaphore permits;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /**
     * @param maxConcurrency tasks at the same time
     */
    public TaskGroup(int maxConcurrency) {
        permits = new Semaphore(maxConcurrency);
    }

    /**
     * Starts a task; waits while too many are running.
     *
     * @throws RuntimeException what an earlier task failed with; this one is not run
     * @throws Error the same
     */
    public void run(Runnable task) {
        try {
            permits.acquire();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        Throwable before = failure.get();
        if (before != null) {
            permits.release();
            throw again(before);
        }
        try {
            threads.removeIf(thread -> !thread.isAlive());
            Runnable inherited = CallerScope.inherited(task);
            threads.add(
                    Thread.ofVirtual().name("task-group").start(() -> runAndRelease(inherited)));
        } catch (Error e) {
            failure.compareAndSet(null, e); // there is no thread for the task, nor memory for one
            permits.release();
            throw e;
        }
    }

    private void runAndRelease(Runnable task) {
        try {
            if (failure.get() == null) {
                task.run();
            }
        } catch (Throwable e) {
            failure.compareAndSet(null, e); // thrown again to the caller
        } finally {
            permits.release();
        }
    }

    /**
     * Waits until all tasks have ended.
     *
     * @throws RuntimeException what the first of them failed with
     * @throws Error the same
     */
    public void await() {
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        threads.clear();
        Throwable first = failure.get();
        if (first != null) {
            throw again(first);
        }
    }

    /** Interrupts the running tasks and waits until they have ended. No other can be started. */
    public void cancel() {
        failure.compareAndSet(null, new Unavailable("a transfer", "cancelled", null));
        threads.forEach(Thread::interrupt);
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        threads.clear();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The same exception, with the stack trace of the task. */
    private static RuntimeException again(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof ObjectStoreException known
                ? known
                : new IllegalStateException("a task failed", failure);
    }

    private static Unavailable interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new Unavailable("a transfer", "interrupted", e);
    }
}
