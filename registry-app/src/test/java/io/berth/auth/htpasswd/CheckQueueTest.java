package io.berth.auth.htpasswd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CheckQueueTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final CountDownLatch end = new CountDownLatch(1);
    private final ConcurrentLinkedQueue<String> order = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();

    /** Enters and checks in a thread of its own; returns when that waits for its turn, or runs. */
    private void begin(CheckQueue queue, String client, String name) throws InterruptedException {
        Thread thread =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    queue.enter(client);
                                    try {
                                        queue.run(client, () -> holdUntilTheEnd(name));
                                    } finally {
                                        queue.leave(client);
                                    }
                                });
        threads.add(thread);
        while (thread.isAlive()
                && thread.getState() != Thread.State.TIMED_WAITING
                && thread.getState() != Thread.State.WAITING) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    private boolean holdUntilTheEnd(String name) {
        order.add(name);
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    private void endAll() throws InterruptedException {
        end.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static void isRefused(Runnable action) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_MANY_REQUESTS));
    }

    @Test
    void onlySomeRunAtTheSameTime() throws Exception {
        CheckQueue queue = new CheckQueue(2, 100, LONG);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        for (int i = 0; i < 20; i++) {
            String client = "client" + i % 5;
            Thread thread =
                    Thread.startVirtualThread(
                            () -> {
                                queue.enter(client);
                                queue.run(
                                        client,
                                        () -> {
                                            most.accumulateAndGet(
                                                    running.incrementAndGet(), Math::max);
                                            Thread.yield();
                                            running.decrementAndGet();
                                            return order.add(client);
                                        });
                                queue.leave(client);
                            });
            threads.add(thread);
        }
        endAll();

        assertThat(order).hasSize(20);
        assertThat(most).hasValueLessThanOrEqualTo(2);
    }

    @Test
    void clientsTakeTurns() throws Exception {
        CheckQueue queue = new CheckQueue(1, 100, LONG);
        begin(queue, "many", "many 1");
        for (int i = 2; i <= 6; i++) {
            begin(queue, "many", "many " + i);
        }
        begin(queue, "few", "few 1");
        begin(queue, "few", "few 2");
        begin(queue, "one", "one 1");
        endAll();

        assertThat(order)
                .containsExactly(
                        "many 1", "many 2", "few 1", "one 1", "many 3", "few 2", "many 4", "many 5",
                        "many 6");
    }

    @Test
    void oneClientHasHalfOfThePlaces() {
        CheckQueue queue = new CheckQueue(1, 8, LONG);
        for (int i = 0; i < 4; i++) {
            queue.enter("many");
        }
        isRefused(() -> queue.enter("many"));
        for (int i = 0; i < 4; i++) {
            queue.enter("other" + i);
        }
        isRefused(() -> queue.enter("another"));

        queue.leave("many");
        queue.enter("another");
        isRefused(() -> queue.enter("many"));
        queue.leave("another");
        queue.enter("many");
    }

    @Test
    void aWaitEnds() throws Exception {
        CheckQueue queue = new CheckQueue(1, 100, Duration.ofMillis(20));
        begin(queue, "many", "many 1");
        queue.enter("few");
        isRefused(() -> queue.run("few", () -> order.add("few 1")));
        queue.leave("few");
        endAll();

        assertThat(order).containsExactly("many 1");
        queue.enter("few");
        assertThat(queue.run("few", () -> true)).isTrue(); // nobody has the turn of who left
    }

    @Test
    void anInterruptEndsAWait() throws Exception {
        CheckQueue queue = new CheckQueue(1, 100, LONG);
        begin(queue, "many", "many 1");
        Thread.currentThread().interrupt();
        queue.enter("few");
        isRefused(() -> queue.run("few", () -> true));

        assertThat(Thread.interrupted()).isTrue();
        endAll();
        assertThat(queue.run("few", () -> true)).isTrue();
    }

    @Test
    void aCheckThatFailsEndsItsTurn() {
        CheckQueue queue = new CheckQueue(1, 100, Duration.ofMillis(20));
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(
                            () ->
                                    queue.run(
                                            "one",
                                            () -> {
                                                throw new IllegalStateException("broken");
                                            }))
                    .hasMessage("broken");
        }
    }
}
