package io.berth.storage.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.object.Eventually;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ExistenceCacheTest {

    private final ExistenceCache<String> sightings =
            new ExistenceCache<>(Duration.ofMinutes(10), 1 << 20, Caches::weight);
    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicBoolean there = new AtomicBoolean(true);

    private boolean look() {
        looks.incrementAndGet();
        return there.get();
    }

    @Test
    void whatWasSeenIsNotLookedForAgain() {
        assertThat(sightings.isThere("a", this::look)).isTrue();
        assertThat(sightings.isThere("a", this::look)).isTrue();

        assertThat(looks).hasValue(1);
    }

    @Test
    void whatWasNotThereIsLookedForAgain() {
        there.set(false);
        assertThat(sightings.isThere("a", this::look)).isFalse();
        there.set(true);

        assertThat(sightings.isThere("a", this::look)).isTrue();
    }

    @Test
    void whatWasTakenAwayIsLookedForAgain() {
        sightings.isThere("a", this::look);
        there.set(false);
        sightings.remove("a");

        assertThat(sightings.isThere("a", this::look)).isFalse();
    }

    @Test
    void whatAnotherProcessTakesAwayIsBelievedForTheTimeSet() {
        AtomicLong now = new AtomicLong();
        ExistenceCache<String> passing =
                new ExistenceCache<>(Duration.ofMinutes(10), 1 << 20, Caches::weight, now::get);
        passing.isThere("a", this::look);
        there.set(false);

        now.set(Duration.ofMinutes(9).toNanos());
        assertThat(passing.isThere("a", this::look)).isTrue();
        now.set(Duration.ofMinutes(10).toNanos());
        assertThat(passing.isThere("a", this::look)).isFalse();
    }

    @Test
    void withoutTrustNothingIsRemembered() {
        ExistenceCache<String> none = new ExistenceCache<>(Duration.ZERO, 1 << 20, Caches::weight);
        none.isThere("a", this::look);
        none.isThere("a", this::look);

        assertThat(looks).hasValue(2);
    }

    @Test
    void whatIsTakenAwayDuringTheLookIsNotRemembered() throws InterruptedException {
        CountDownLatch looked = new CountDownLatch(1);
        CountDownLatch taken = new CountDownLatch(1);
        Thread lister =
                Thread.startVirtualThread(
                        () ->
                                sightings.isThere(
                                        "a",
                                        () -> {
                                            boolean seen = look();
                                            looked.countDown();
                                            Eventually.await(taken);
                                            return seen;
                                        }));
        looked.await();
        there.set(false);
        Thread deleter = Thread.ofPlatform().start(() -> sightings.remove("a"));
        Eventually.await(
                "it waits for the lister, or did not have to",
                () -> deleter.getState() != Thread.State.RUNNABLE);
        taken.countDown();
        lister.join();
        deleter.join();

        assertThat(sightings.isThere("a", this::look)).isFalse();
    }
}
