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
 * Does the same thing for many items with a bounded number of them under way, and waits for all.
 * Each call has its own workers: calls do not wait for each other. The items are pulled one by one,
 * so a long list need not be in memory.
 *
 * <p>A call returns normally only when the list came to its end and the action returned normally
 * for every item. Any {@link Throwable} in any thread makes the call fail. Every thread works for
 * the {@link io.berth.access.Caller} of the thread that called.
 */
public final class ParallelTasks {

    private final int limit;

    /**
     * @param limit items under way at once in one call; 1: in the caller's thread
     */
    public ParallelTasks(int limit) {
        this.limit = limit;
    }

    /**
     * Every item is tried, also after some failed; but after an {@link Error}, or when the list
     * itself fails, no further item is begun. No worker runs any more when this returns or throws.
     *
     * @throws RuntimeException the first failure, with the others suppressed
     * @throws Error the first one, if there was any
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

    /** Whether {@link #ahead} begins at once. */
    public boolean isAhead() {
        return limit > 1;
    }

    /**
     * Begins something whose result will probably be wanted, where that saves time.
     *
     * @return waits for the result, or only then makes it; throws what went wrong
     */
    public <T> Supplier<T> ahead(Supplier<T> action) {
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

        /** Of a store that is away every item tells the same. */
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
                    ended = true; // what else the list holds is not known
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

        /** Needs no memory for the first failure, which may be that there is none left. */
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
