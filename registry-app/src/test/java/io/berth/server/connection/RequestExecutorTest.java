package io.berth.server.connection;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RequestExecutorTest {

    private static final int PLATFORM = 2;
    private static final int ALL = 8;

    private final RequestExecutor executor = new RequestExecutor(PLATFORM, ALL);
    private final CountDownLatch end = new CountDownLatch(1);
    private final BlockingQueue<Thread> running = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        end.countDown();
        executor.close();
    }

    @Test
    void platformThreadsComeFirst() throws Exception {
        Set<Thread> platform = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < ALL; i++) {
            executor.execute(this::work);
            Thread thread = running.poll(10, SECONDS);
            assertThat(thread).isNotNull();
            if (!thread.isVirtual()) {
                platform.add(thread);
            }
            assertThat(thread.isVirtual()).isEqualTo(i >= PLATFORM);
        }
        assertThat(platform).hasSize(PLATFORM);
    }

    @Test
    void aTaskThatIsForgottenDoesNotRun() throws Exception {
        fill();
        while (executor.tryBeginBody()) {
            // takes all permits
        }
        BlockingQueue<String> ran = new LinkedBlockingQueue<>();
        Runnable request = () -> ran.add("request");
        Runnable body = () -> ran.add("body");
        executor.executeWhenFree(request);
        executor.executeWithBody(body);

        assertThat(executor.forget(request)).isFalse();
        assertThat(executor.forget(body)).as("waited for a body").isTrue();
        assertThat(executor.forget(body)).as("a second time").isFalse();

        assertThat(executor.waitingCount()).isZero();
        executor.executeWhenFree(() -> ran.add("last"));
        end.countDown();
        assertThat(ran.poll(10, SECONDS)).isEqualTo("last");
    }

    @Test
    void beyondAllThereIsATurnToLookAndThenToWait() throws Exception {
        fill();
        BlockingQueue<Boolean> beyond = new LinkedBlockingQueue<>();
        executor.execute(() -> beyond.add(RequestExecutor.isBeyondLimit()));
        assertThat(beyond.poll(10, SECONDS)).isTrue();

        executor.executeWhenFree(() -> beyond.add(RequestExecutor.isBeyondLimit()));
        assertThat(beyond.poll(100, java.util.concurrent.TimeUnit.MILLISECONDS)).isNull();
        assertThat(executor.waitingCount()).isEqualTo(1);
        end.countDown();

        assertThat(beyond.poll(10, SECONDS)).isFalse();
        Awaitility.await().until(() -> executor.waitingCount() == 0);
    }

    @Test
    void bodiesLeaveRoomForOthers() throws Exception {
        int bodies = 0;
        while (executor.tryBeginBody()) {
            bodies++;
            assertThat(bodies).isLessThan(ALL);
        }
        assertThat(bodies).isPositive();
        AtomicInteger begun = new AtomicInteger();
        executor.executeWithBody(begun::incrementAndGet);
        assertThat(begun).hasValue(0);

        executor.endBody();

        Awaitility.await().untilAtomic(begun, org.hamcrest.Matchers.is(1));
        assertThat(executor.tryBeginBody()).as("the one that waited has it").isFalse();
    }

    @Test
    void probesAreBoundedToo() {
        int probes = 0;
        while (executor.tryBeginProbe()) {
            probes++;
            assertThat(probes).isLessThanOrEqualTo(100);
        }
        assertThat(probes).isPositive();
        executor.endProbe();
        assertThat(executor.tryBeginProbe()).isTrue();
    }

    @Test
    void nothingIsLostWhenAllEndAtOnce() throws Exception {
        AtomicInteger done = new AtomicInteger();
        for (int i = 0; i < 2000; i++) {
            executor.execute(
                    () -> {
                        if (RequestExecutor.isBeyondLimit()) {
                            executor.executeWhenFree(done::incrementAndGet);
                        } else {
                            done.incrementAndGet();
                        }
                    });
        }
        Awaitility.await().untilAtomic(done, org.hamcrest.Matchers.is(2000));
    }

    private void fill() throws InterruptedException {
        for (int i = 0; i < ALL; i++) {
            executor.execute(this::work);
            assertThat(running.poll(10, SECONDS)).isNotNull();
        }
    }

    private void work() {
        running.add(Thread.currentThread());
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
