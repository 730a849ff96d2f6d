package io.berth.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.object.Eventually;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StoreHealthCheckerTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final List<Runnable> rounds = new ArrayList<>();
    private volatile Instant now = START;
    private boolean away;

    @Test
    void isUpUntilTheStoreFailedAsOftenAsItMay() {
        StoreHealthChecker checker = checker(() -> fail(away));
        away = true;
        round();
        round();
        assertThat(checker.health()).isEqualTo(new StoreHealth(true, START));

        round();

        assertThat(checker.health()).isEqualTo(new StoreHealth(false, START.plusSeconds(10)));
    }

    @Test
    void isUpAgainWithTheFirstAnswer() {
        StoreHealthChecker checker = checker(() -> fail(away));
        away = true;
        round();
        round();
        round();
        round();
        away = false;

        round();

        assertThat(checker.health()).isEqualTo(new StoreHealth(true, START.plusSeconds(50)));
    }

    @Test
    void failuresCountInARowOnly() {
        StoreHealthChecker checker = checker(() -> fail(away));
        for (int i = 0; i < 3; i++) {
            away = true;
            round();
            round();
            away = false;
            round();
        }

        assertThat(checker.health()).isEqualTo(new StoreHealth(true, START));
    }

    @Test
    void aQuestionWithoutAnswerIsAFailure() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        StoreHealthChecker checker =
                checker(
                        () -> {
                            asked.countDown();
                            Eventually.await(answer);
                        });
        Thread asking = Thread.ofPlatform().start(this::round);
        Eventually.await(asked);

        now = START.plusSeconds(41);
        assertThat(checker.health()).isEqualTo(new StoreHealth(false, START.plusSeconds(10)));
        now = START.plusSeconds(40);
        assertThat(checker.health().up()).isTrue();

        answer.countDown();
        asking.join();
        now = START.plusSeconds(60);
        assertThat(checker.health().up()).isTrue();
    }

    /** Ten seconds later. */
    private void round() {
        now = now.plusSeconds(10);
        rounds.getFirst().run();
    }

    private static void fail(boolean away) {
        if (away) {
            throw new IllegalStateException("away");
        }
    }

    private StoreHealthChecker checker(Runnable question) {
        return new StoreHealthChecker(question, Duration.ofSeconds(10), 3, clock(), timer());
    }

    private Clock clock() {
        return new Clock() {
            @Override
            public Instant instant() {
                return now;
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
    }

    private ScheduledExecutorService timer() {
        return (ScheduledExecutorService)
                Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {ScheduledExecutorService.class},
                        (proxy, method, arguments) -> {
                            assertThat(method.getName()).isEqualTo("scheduleWithFixedDelay");
                            assertThat(arguments[1]).isEqualTo(arguments[2]).isEqualTo(10_000L);
                            assertThat(arguments[3]).isEqualTo(TimeUnit.MILLISECONDS);
                            rounds.add((Runnable) arguments[0]);
                            return null;
                        });
    }
}
