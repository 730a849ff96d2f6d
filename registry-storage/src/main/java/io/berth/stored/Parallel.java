package io.berth.stored;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Does the same thing for many items with a bounded number of them under way, and waits for all.
 * Each call has its own workers: calls do not wait for each other. The items are pulled one by one,
 * so a long list need not be in memory.
 */
final class Parallel {

    private final int limit;

    /**
     * @param limit items under way at once in one call; 1: in the caller's thread
     */
    Parallel(int limit) {
        this.limit = limit;
    }

    /**
     * Every item is tried, also after failures.
     *
     * @return what failed, in no order
     */
    <T> List<RuntimeException> forEach(Iterator<T> items, Consumer<T> action) {
        List<RuntimeException> failures = Collections.synchronizedList(new ArrayList<>());
        Runnable worker = () -> drain(items, action, failures);
        if (limit == 1) {
            worker.run();
            return failures;
        }
        CountDownLatch done = new CountDownLatch(limit - 1);
        for (int i = 1; i < limit; i++) {
            Thread.startVirtualThread(
                    () -> {
                        try {
                            worker.run();
                        } finally {
                            done.countDown();
                        }
                    });
        }
        worker.run(); // the caller is one of the workers
        awaitUninterruptibly(done);
        return failures;
    }

    /** As {@link #forEach}; the first failure is thrown, the others go with it. */
    <T> void forEachOrThrow(Iterator<T> items, Consumer<T> action) {
        List<RuntimeException> failures = forEach(items, action);
        if (!failures.isEmpty()) {
            RuntimeException first = failures.getFirst();
            failures.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }

    /** Whether {@link #ahead} begins at once. */
    boolean isAhead() {
        return limit > 1;
    }

    /**
     * Begins something whose result will probably be wanted, where that saves time.
     *
     * @return waits for the result, or only then makes it; throws what went wrong
     */
    <T> Supplier<T> ahead(Supplier<T> action) {
        if (limit == 1) {
            return action;
        }
        FutureTask<T> task = new FutureTask<>(action::get);
        Thread.startVirtualThread(task);
        return () -> {
            try {
                return task.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException failure) {
                    throw failure;
                }
                throw new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for the store", e);
            }
        };
    }

    private static <T> void drain(
            Iterator<T> items, Consumer<T> action, List<RuntimeException> failures) {
        while (true) {
            T item;
            synchronized (items) {
                try {
                    if (!items.hasNext()) {
                        return;
                    }
                    item = items.next();
                } catch (RuntimeException e) {
                    failures.add(e); // the list itself failed: nobody can go on
                    return;
                }
            }
            try {
                action.accept(item);
            } catch (RuntimeException e) {
                failures.add(e);
            }
        }
    }

    /** The workers end by themselves, and their effects must be known before the caller answers. */
    private static void awaitUninterruptibly(CountDownLatch done) {
        boolean interrupted = false;
        while (true) {
            try {
                done.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
