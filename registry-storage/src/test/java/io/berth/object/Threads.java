package io.berth.object;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs the same thing in several threads, which start together. */
public final class Threads {

    public interface Task {
        void run(int thread) throws Exception;
    }

    private Threads() {}

    /** Returns when all are done; throws what the first of them threw. */
    public static void run(int count, Task task) throws Exception {
        CyclicBarrier start = new CyclicBarrier(count);
        try (ExecutorService executor = Executors.newFixedThreadPool(count)) {
            List<Future<?>> results = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int thread = i;
                results.add(
                        executor.submit(
                                () -> {
                                    start.await();
                                    task.run(thread);
                                    return null;
                                }));
            }
            for (Future<?> result : results) {
                result.get();
            }
        }
    }
}
