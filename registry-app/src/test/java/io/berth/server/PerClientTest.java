package io.berth.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PerClientTest {

    private final PerClient counts = new PerClient(2);

    @Test
    void eachHasItsOwnLimit() {
        assertThat(counts.enter("a")).isTrue();
        assertThat(counts.enter("a")).isTrue();
        assertThat(counts.enter("a")).isFalse();
        assertThat(counts.enter("b")).isTrue();
    }

    @Test
    void whatWasRefusedIsNotCounted() {
        counts.enter("a");
        counts.enter("a");
        counts.enter("a");
        counts.leave("a");

        assertThat(counts.enter("a")).isTrue();
        assertThat(counts.enter("a")).isFalse();
    }

    @Test
    void startsAgainWhenAllHaveLeft() {
        counts.enter("a");
        counts.leave("a");
        counts.leave("a");

        assertThat(counts.enter("a")).isTrue();
        assertThat(counts.enter("a")).isTrue();
        assertThat(counts.enter("a")).isFalse();
    }
}
