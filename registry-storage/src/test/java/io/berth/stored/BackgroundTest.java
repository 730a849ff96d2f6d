package io.berth.stored;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackgroundTest {

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatFailedIsDoneWhenItIsAskedForAgain(boolean error) throws Exception {
        Background background = new Background();
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
}
