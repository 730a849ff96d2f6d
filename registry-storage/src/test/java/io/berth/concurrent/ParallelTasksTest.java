package io.berth.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is thrown in whichever thread, no call says that it did what it did not. */
class ParallelTasksTest {

    private static final int ITEMS = 200;

    /** As a virtual machine that runs out of something throws it. */
    private static final class TestError extends Error {
        private static final long serialVersionUID = 1L;
    }

    private final Set<Integer> done = ConcurrentHashMap.newKeySet();

    private static Iterator<Integer> items() {
        return IntStream.range(0, ITEMS).iterator();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16})
    void everyItemIsDoneOnce(int limit) {
        AtomicInteger calls = new AtomicInteger();

        new ParallelTasks(limit)
                .forEachOrThrow(
                        items(),
                        item -> {
                            calls.incrementAndGet();
                            done.add(item);
                        });

        assertThat(done).hasSize(ITEMS);
        assertThat(calls).hasValue(ITEMS);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16})
    void anErrorAtAnyItemFailsTheCallAsItIs(int limit) {
        for (int struck = 0; struck < ITEMS; struck++) {
            int at = struck;
            assertThatThrownBy(
                            () ->
                                    new ParallelTasks(limit)
                                            .forEachOrThrow(
                                                    items(), item -> failAt(at, item, true)))
                    .isInstanceOf(TestError.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16})
    void anErrorAtEveryItemIsOneFailure(int limit) {
        TestError same = new TestError(); // as the one the JVM keeps for when memory has run out

        assertThatThrownBy(
                        () ->
                                new ParallelTasks(limit)
                                        .forEachOrThrow(
                                                items(),
                                                item -> {
                                                    throw same;
                                                }))
                .isSameAs(same);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16})
    void theOtherItemsAreTriedAfterAnException(int limit) {
        assertThatThrownBy(
                        () ->
                                new ParallelTasks(limit)
                                        .forEachOrThrow(items(), item -> failAt(7, item, false)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("item 7");

        assertThat(done).hasSize(ITEMS - 1).doesNotContain(7);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16})
    void anErrorCountsForMoreThanAnException(int limit) {
        assertThatThrownBy(
                        () ->
                                new ParallelTasks(limit)
                                        .forEachOrThrow(
                                                items(),
                                                item -> {
                                                    failAt(0, item, false);
                                                    failAt(100, item, true);
                                                }))
                .isInstanceOf(TestError.class)
                .satisfies(
                        error ->
                                assertThat(error.getSuppressed())
                                        .singleElement()
                                        .extracting(Throwable::getMessage)
                                        .isEqualTo("item 0"));
    }

    @Test
    void failuresOfThousandsOfItemsAreKeptInABoundedNumber() {
        assertThatThrownBy(
                        () ->
                                new ParallelTasks(16)
                                        .forEachOrThrow(
                                                IntStream.range(0, 50_000).iterator(),
                                                item -> failAt(item, item, false)))
                .isInstanceOf(IllegalStateException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(10));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16})
    void aListThatFailsFailsTheCall(int limit) {
        for (RuntimeException failure :
                List.of(new IllegalStateException("list"), new NoSuchElementException("list"))) {
            assertThatThrownBy(
                            () ->
                                    new ParallelTasks(limit)
                                            .forEachOrThrow(failing(failure), done::add))
                    .isSameAs(failure);
        }
        TestError error = new TestError();
        assertThatThrownBy(() -> new ParallelTasks(limit).forEachOrThrow(failing(error), done::add))
                .isSameAs(error);
    }

    /** Three items, and then the list cannot be read on. */
    private static Iterator<Integer> failing(Throwable failure) {
        return new Iterator<>() {
            private int given;

            @Override
            public boolean hasNext() {
                if (given == 3) {
                    if (failure instanceof Error error) {
                        throw error;
                    }
                    throw (RuntimeException) failure;
                }
                return true;
            }

            @Override
            public Integer next() {
                return given++;
            }
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16})
    void whatWasBegunAheadThrowsWhatWentWrong(int limit) {
        ParallelTasks parallel = new ParallelTasks(limit);
        TestError error = new TestError();
        var failing =
                parallel.<Integer>prefetch(
                        () -> {
                            throw error;
                        });

        assertThatThrownBy(failing::get).isSameAs(error);
        assertThat(parallel.prefetch(() -> 17).get()).isEqualTo(17);
    }

    @Test
    void noWorkerRunsOnWhenTheCallHasFailed() {
        AtomicInteger running = new AtomicInteger();
        for (int i = 0; i < 50; i++) {
            assertThatThrownBy(
                            () ->
                                    new ParallelTasks(16)
                                            .forEachOrThrow(
                                                    items(),
                                                    item -> {
                                                        running.incrementAndGet();
                                                        try {
                                                            Thread.yield();
                                                            failAt(20, item, true);
                                                        } finally {
                                                            running.decrementAndGet();
                                                        }
                                                    }))
                    .isInstanceOf(TestError.class);

            assertThat(running).hasValue(0);
        }
    }

    private void failAt(int at, int item, boolean error) {
        if (at != item) {
            done.add(item);
            return;
        }
        if (error) {
            throw new TestError();
        }
        throw new IllegalStateException("item " + item);
    }
}
