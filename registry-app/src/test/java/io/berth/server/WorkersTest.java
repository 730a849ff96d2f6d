package io.berth.server;

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

class WorkersTest {

    private static final int PLATFORM = 2;
    private static final int ALL = 8;

    private final Workers workers = new Workers(PLATFORM, ALL);
    private final CountDownLatch end = new CountDownLatch(1);
    private final BlockingQueue<Thread> running = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        end.countDown();
        workers.close();
    }

    @Test
    void platformThreadsComeFirst() throws Exception {
        Set<Thread> platform = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < ALL; i++) {
            workers.execute(this::work);
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
    void beyondAllThereIsATurnToLookAndThenToWait() throws Exception {
        fill();
        BlockingQueue<Boolean> beyond = new LinkedBlockingQueue<>();
        workers.execute(() -> beyond.add(Workers.isBeyondAll()));
        assertThat(beyond.poll(10, SECONDS)).isTrue();

        workers.whenOneIsFree(() -> beyond.add(Workers.isBeyondAll()));
        assertThat(beyond.poll(100, java.util.concurrent.TimeUnit.MILLISECONDS)).isNull();
        assertThat(workers.waiting()).isEqualTo(1);
        end.countDown();

        assertThat(beyond.poll(10, SECONDS)).isFalse();
        Awaitility.await().until(() -> workers.waiting() == 0);
    }

    @Test
    void bodiesLeaveRoomForOthers() throws Exception {
        int bodies = 0;
        while (workers.beginBody()) {
            bodies++;
            assertThat(bodies).isLessThan(ALL);
        }
        assertThat(bodies).isPositive();
        AtomicInteger begun = new AtomicInteger();
        workers.whenABodyMayBegin(begun::incrementAndGet);
        assertThat(begun).hasValue(0);

        workers.endBody();

        Awaitility.await().untilAtomic(begun, org.hamcrest.Matchers.is(1));
        assertThat(workers.beginBody()).as("the one that waited has it").isFalse();
    }

    @Test
    void probesAreBoundedToo() {
        int probes = 0;
        while (workers.beginProbe()) {
            probes++;
            assertThat(probes).isLessThanOrEqualTo(100);
        }
        assertThat(probes).isPositive();
        workers.endProbe();
        assertThat(workers.beginProbe()).isTrue();
    }

    @Test
    void nothingIsLostWhenAllEndAtOnce() throws Exception {
        AtomicInteger done = new AtomicInteger();
        for (int i = 0; i < 2000; i++) {
            workers.execute(
                    () -> {
                        if (Workers.isBeyondAll()) {
                            workers.whenOneIsFree(done::incrementAndGet);
                        } else {
                            done.incrementAndGet();
                        }
                    });
        }
        Awaitility.await().untilAtomic(done, org.hamcrest.Matchers.is(2000));
    }

    private void fill() throws InterruptedException {
        for (int i = 0; i < ALL; i++) {
            workers.execute(this::work);
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
