package io.berth.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TaskGroupTest {

    @Test
    void anErrorInATaskIsThrownByAwait() {
        TaskGroup tasks = new TaskGroup(2);
        StackOverflowError error = new StackOverflowError("simulated");
        tasks.run(
                () -> {
                    throw error;
                });

        assertThatThrownBy(tasks::await).isSameAs(error);
        assertThatThrownBy(() -> tasks.run(() -> {})).isSameAs(error);
    }

    @Test
    void noTaskIsBegunAfterAnError() {
        TaskGroup tasks = new TaskGroup(1);
        AtomicInteger begun = new AtomicInteger();

        assertThatThrownBy(
                        () -> {
                            for (int i = 0; i < 100; i++) {
                                tasks.run(
                                        () -> {
                                            begun.incrementAndGet();
                                            throw new StackOverflowError("simulated");
                                        });
                            }
                        })
                .isInstanceOf(StackOverflowError.class);

        assertThatThrownBy(tasks::await).isInstanceOf(StackOverflowError.class);
        assertThat(begun).hasValue(1);
    }
}
