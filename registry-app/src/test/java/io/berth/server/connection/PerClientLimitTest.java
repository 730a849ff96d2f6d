package io.berth.server.connection;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PerClientLimitTest {

    private final PerClientLimit counts = new PerClientLimit(2);

    @Test
    void eachHasItsOwnLimit() {
        assertThat(counts.tryAcquire("a")).isTrue();
        assertThat(counts.tryAcquire("a")).isTrue();
        assertThat(counts.tryAcquire("a")).isFalse();
        assertThat(counts.tryAcquire("b")).isTrue();
    }

    @Test
    void whatWasRefusedIsNotCounted() {
        counts.tryAcquire("a");
        counts.tryAcquire("a");
        counts.tryAcquire("a");
        counts.release("a");

        assertThat(counts.tryAcquire("a")).isTrue();
        assertThat(counts.tryAcquire("a")).isFalse();
    }

    @Test
    void startsAgainWhenAllHaveLeft() {
        counts.tryAcquire("a");
        counts.release("a");
        counts.release("a");

        assertThat(counts.tryAcquire("a")).isTrue();
        assertThat(counts.tryAcquire("a")).isTrue();
        assertThat(counts.tryAcquire("a")).isFalse();
    }
}
