package io.berth.concurrent;

import io.berth.access.CallerScope;
import io.berth.object.ObjectStoreException.Unavailable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs an action for many items, a bounded number at the same time, and waits for all. Each call
 * has its own workers: calls do not wait for each other. Items are taken from the iterator one by
 * one, so a long list need not be in memory. Safe for use by many threads.
 *
 * <p>A call returns normally only when the iterator is exhausted and the action returned normally
 * for every item. Any {@link Throwable} in any thread makes the call fail. Every worker runs as the
 * {@link io.berth.access.Caller} of the calling thread.
 */
public final class ParallelTasks {

    private final int limit;

    /**
     * @param limit items of one call that are worked on at the same time; 1: all run in the calling
     *     thread
     */
    public ParallelTasks(int limit) {
        this.limit = limit;
    }

    /**
     * Tries every item, also after some have failed. After an {@link Error}, or when the iterator
     * fails, no further item is begun. When this returns or throws, no worker runs any more.
     *
     * @throws RuntimeException the first failure, with the others suppressed
     * @throws Error the first error, if there was any
     */
    public <T> void forEachOrThrow(Iterator<T> items, Consumer<T> action) {
        Work<T> work = new Work<>(items, action);
        if (limit == 1) {
            work.run();
        } else {
            runInWorkers(work);
        }
        work.requireDone();
    }

    private void runInWorkers(Runnable work) {
        Runnable inherited = CallerScope.inherited(work);
        List<Thread> workers = new ArrayList<>(limit - 1);
        try {
            for (int i = 1; i < limit; i++) {
                workers.add(Thread.startVirtualThread(inherited));
            }
            work.run(); // the caller is one of the workers
        } finally {
            workers.forEach(ParallelTasks::joinUninterruptibly);
        }
    }

    /** Whether {@link #prefetch} begins at once. */
    public boolean prefetches() {
        return limit > 1;
    }

    /**
     * Begins an action in another thread, because its result will probably be needed. With a limit
     * of 1 the action runs only when its result is asked for.
     *
     * @return waits for the result, and throws what the action throws; {@link Unavailable} when the
     *     waiting thread is interrupted
     */
    public <T> Supplier<T> prefetch(Supplier<T> action) {
        if (limit == 1) {
            return action;
        }
        FutureTask<T> task = new FutureTask<>(CallerScope.inherited(action)::get);
        Thread.startVirtualThread(task);
        return () -> {
            try {
                return task.get();
            } catch (ExecutionException e) {
                throw rethrown(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Unavailable("a parallel read", "interrupted", e);
            }
        };
    }

    private static RuntimeException rethrown(@Nullable Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException exception
                ? exception
                : new IllegalStateException(failure);
    }

    /** The workers end by themselves, and their effects must be known before the caller answers. */
    private static void joinUninterruptibly(Thread worker) {
        boolean interrupted = false;
        while (true) {
            try {
                worker.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The items of one call and what became of them; each of its workers runs it. */
    private static final class Work<T> implements Runnable {

        /**
         * Failures that are kept besides the first: an unavailable store gives the same for each
         * item.
         */
        private static final int MAX_SUPPRESSED = 10;

        private final Iterator<T> items;
        private final Consumer<T> action;
        private boolean ended;
        private @Nullable Throwable failure;
        private int suppressed;

        Work(Iterator<T> items, Consumer<T> action) {
            this.items = items;
            this.action = action;
        }

        @Override
        public void run() {
            boolean mayBeMore = true;
            while (mayBeMore) {
                mayBeMore = runNext();
            }
        }

        private boolean runNext() {
            T item;
            synchronized (this) {
                if (ended) {
                    return false;
                }
                try {
                    if (!items.hasNext()) {
                        ended = true;
                        return false;
                    }
                    item = items.next();
                } catch (Throwable e) {
                    ended = true; // the remaining items are not known
                    fail(e);
                    return false;
                }
            }
            try {
                action.accept(item);
            } catch (Throwable e) {
                fail(e);
            }
            return true;
        }

        /** Allocates nothing for the first failure, which may be an OutOfMemoryError. */
        private synchronized void fail(Throwable e) {
            ended |= e instanceof Error;
            Throwable first = failure;
            if (first == null) {
                failure = e;
            } else if (e instanceof Error && !(first instanceof Error)) {
                failure = e;
                suppress(e, first);
            } else {
                suppress(first, e);
            }
        }

        private void suppress(Throwable kept, Throwable other) {
            if (!kept.equals(other) && suppressed < MAX_SUPPRESSED) {
                suppressed++;
                kept.addSuppressed(other);
            }
        }

        synchronized void requireDone() {
            if (failure != null) {
                throw rethrown(failure);
            }
        }
    }
}
