package io.berth.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.access.Caller;
import io.berth.access.CallerScope;
import io.berth.object.Eventually;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request has done by others is done as its caller; other work is the registry's own. */
class CallerOfWorkersTest {

    private static final Caller CLIENT = Caller.anonymous("192.0.2.7", "1");

    private final Set<Caller> callers = ConcurrentHashMap.newKeySet();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    private void note() {
        threads.add(Thread.currentThread());
        callers.add(Caller.current());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void parallelTasksWorkForTheirCaller(int limit) {
        CountDownLatch atOnce = new CountDownLatch(limit);

        CallerScope.run(
                CLIENT,
                () ->
                        new ParallelTasks(limit)
                                .forEachOrThrow(
                                        IntStream.range(0, limit).iterator(),
                                        _ -> {
                                            note();
                                            atOnce.countDown();
                                            Eventually.await(atOnce);
                                        }));

        assertThat(threads).hasSize(limit);
        assertThat(callers).containsExactly(CLIENT);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void whatIsBegunAheadWorksForItsCaller(int limit) {
        Caller seen =
                CallerScope.call(
                        CLIENT, () -> new ParallelTasks(limit).prefetch(Caller::current).get());

        assertThat(seen).isSameAs(CLIENT);
    }

    @Test
    void aGroupWorksForWhoStartsEachTask() {
        TaskGroup tasks = new TaskGroup(2);

        CallerScope.run(CLIENT, () -> tasks.run(this::note));
        CallerScope.run(Caller.system(), () -> tasks.run(this::note));
        tasks.await();

        assertThat(callers).containsExactlyInAnyOrder(CLIENT, Caller.system());
        assertThat(threads).hasSize(2);
    }

    @Test
    void backgroundTasksAreTheRegistrysOwn() {
        CountDownLatch done = new CountDownLatch(1);

        CallerScope.run(
                CLIENT,
                () ->
                        new BackgroundTasks()
                                .run(
                                        "work",
                                        "the work",
                                        () -> {
                                            note();
                                            done.countDown();
                                        }));
        Eventually.await(done);

        assertThat(callers).containsExactly(Caller.system());
    }
}
