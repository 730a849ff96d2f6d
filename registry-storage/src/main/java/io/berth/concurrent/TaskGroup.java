package io.berth.concurrent;

import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectStoreException.Unavailable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks side by side, a few at a time, on threads that cost nothing while they wait for a
 * server. The first that fails is the failure of all: no other is started. A failure is any {@link
 * Throwable}. For one thread.
 */
public final class TaskGroup {

    private final Semaphore free;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    public TaskGroup(int width) {
        free = new Semaphore(width);
    }

    /**
     * Starts a task as soon as a lane is free.
     *
     * @throws RuntimeException what an earlier task failed with; this one is not run
     * @throws Error the same
     */
    public void run(Runnable task) {
        try {
            free.acquire();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        Throwable before = failure.get();
        if (before != null) {
            free.release();
            throw again(before);
        }
        try {
            threads.removeIf(thread -> !thread.isAlive());
            threads.add(Thread.ofVirtual().name("s3-lane").start(() -> runInLane(task)));
        } catch (Error e) {
            failure.compareAndSet(null, e); // there is no thread for the task, nor memory for one
            free.release();
            throw e;
        }
    }

    private void runInLane(Runnable task) {
        try {
            if (failure.get() == null) {
                task.run();
            }
        } catch (Throwable e) {
            failure.compareAndSet(null, e); // thrown again to the caller
        } finally {
            free.release();
        }
    }

    /**
     * Until all tasks are done.
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

    /** Interrupts what is under way and waits until it has ended. Nothing can be run afterwards. */
    public void cancel() {
        failure.compareAndSet(null, new Unavailable("a transfer", "given up", null));
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

    /** A failure that is met once more keeps the stack of where it happened. */
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
