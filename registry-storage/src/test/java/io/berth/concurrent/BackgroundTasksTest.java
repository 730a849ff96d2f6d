package io.berth.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.object.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackgroundTasksTest {

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatFailedIsDoneWhenItIsAskedForAgain(boolean error) throws Exception {
        BackgroundTasks background = new BackgroundTasks();
        CountDownLatch failed = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        Supplier<RuntimeException> failure =
                () -> {
                    failed.countDown();
                    if (error) {
                        throw new StackOverflowError("simulated");
                    }
                    return new IllegalStateException("simulated");
                };

        background.run(
                "work",
                "the work",
                () -> {
                    throw failure.get();
                });
        assertThat(failed.await(10, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < 1000 && done.getCount() > 0; i++) {
            background.run("work", "the work", done::countDown);
            Thread.sleep(5);
        }

        assertThat(done.getCount()).isZero();
    }

    @Test
    void closingWaitsForThePresentStepAndBeginsNoOther() throws Exception {
        BackgroundTasks background = new BackgroundTasks();
        CountDownLatch step = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        List<String> done = new CopyOnWriteArrayList<>();
        background.run(
                "long",
                "the long work",
                () ->
                        background
                                .whileOpen(List.of("first", "second").iterator())
                                .forEachRemaining(
                                        item -> {
                                            step.countDown();
                                            Eventually.await(goOn);
                                            done.add(item);
                                        }));
        Eventually.await(step);
        background.run("waiting", "what waits for its turn", () -> done.add("waiting"));

        assertThat(background.close(Duration.ZERO)).isFalse();
        assertThat(background.close(Duration.ofMillis(20))).isFalse();
        background.run("late", "what comes late", () -> done.add("late"));
        goOn.countDown();

        assertThat(background.close(Duration.ofSeconds(30))).isTrue();
        assertThat(done).containsExactly("first");
    }
}
