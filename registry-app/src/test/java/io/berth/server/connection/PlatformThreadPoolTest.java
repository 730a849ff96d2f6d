package io.berth.server.connection;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PlatformThreadPoolTest {

    private static final int MOST = 6;
    private static final long IDLE_NANOS = 200_000;

    private final PlatformThreadPool threads =
            new PlatformThreadPool(MOST, Duration.ofNanos(IDLE_NANOS));
    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicInteger running = new AtomicInteger();

    @AfterEach
    void close() {
        end.countDown();
        threads.close();
    }

    @Test
    void thereAreOnlySoMany() {
        for (int i = 0; i < MOST; i++) {
            assertThat(threads.execute(this::waitForEnd)).isTrue();
        }
        Awaitility.await().untilAtomic(running, org.hamcrest.Matchers.is(MOST));

        assertThat(threads.execute(this::waitForEnd)).isFalse();
        end.countDown();

        Awaitility.await().until(() -> threads.execute(() -> {}));
    }

    /** Tasks come just when threads end that have had nothing to do for long enough. */
    @Test
    void noTaskWaitsForAnotherToEnd() throws Exception {
        for (int i = 0; i < MOST - 2; i++) {
            assertThat(threads.execute(this::waitForEnd)).isTrue();
        }
        long stop = System.nanoTime() + SECONDS.toNanos(3);
        for (int i = 0; System.nanoTime() < stop; i++) {
            CountDownLatch done = new CountDownLatch(1);
            if (threads.execute(done::countDown)) {
                assertThat(done.await(10, SECONDS)).as("task " + i).isTrue();
            }
            LockSupport.parkNanos(IDLE_NANOS + (i % 50) * 1_000L);
        }
    }

    @Test
    void aTaskThatFailsTakesNoThreadAway() {
        for (int i = 0; i < 3 * MOST; i++) {
            boolean interrupts = i % 2 == 0;
            Awaitility.await().until(() -> threads.execute(() -> fail(interrupts)));
        }
        AtomicInteger begun = new AtomicInteger();
        Awaitility.await()
                .until(() -> threads.execute(this::waitForEnd) && begun.incrementAndGet() == MOST);
        Awaitility.await().untilAtomic(running, org.hamcrest.Matchers.is(MOST));
    }

    @Test
    void threadsAreUsedAgainAndEndWithIt() throws Exception {
        Set<Thread> used = ConcurrentHashMap.newKeySet();
        PlatformThreadPool kept = new PlatformThreadPool(MOST, Duration.ofHours(1));
        for (int i = 0; i < 20; i++) {
            Awaitility.await().until(() -> kept.execute(() -> used.add(Thread.currentThread())));
        }
        assertThat(used).hasSizeLessThanOrEqualTo(MOST);

        kept.close();

        for (Thread thread : used) {
            assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
        }
        assertThat(kept.execute(() -> {})).isFalse();
    }

    private static void fail(boolean interrupts) {
        if (interrupts) {
            Thread.currentThread().interrupt();
            return;
        }
        Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> {});
        throw new AssertionError("of the test");
    }

    private void waitForEnd() {
        running.incrementAndGet();
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
