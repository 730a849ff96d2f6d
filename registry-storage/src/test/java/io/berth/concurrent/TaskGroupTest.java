package io.berth.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TaskGroupTest {

    @Test
    void anErrorInALaneIsThrownToWhoAwaitsIt() {
        TaskGroup lanes = new TaskGroup(2);
        StackOverflowError error = new StackOverflowError("simulated");
        lanes.run(
                () -> {
                    throw error;
                });

        assertThatThrownBy(lanes::await).isSameAs(error);
        assertThatThrownBy(() -> lanes.run(() -> {})).isSameAs(error);
    }

    @Test
    void noTaskIsBegunAfterAnError() {
        TaskGroup lanes = new TaskGroup(1);
        AtomicInteger begun = new AtomicInteger();

        assertThatThrownBy(
                        () -> {
                            for (int i = 0; i < 100; i++) {
                                lanes.run(
                                        () -> {
                                            begun.incrementAndGet();
                                            throw new StackOverflowError("simulated");
                                        });
                            }
                        })
                .isInstanceOf(StackOverflowError.class);

        assertThatThrownBy(lanes::await).isInstanceOf(StackOverflowError.class);
        assertThat(begun).hasValue(1);
    }
}
