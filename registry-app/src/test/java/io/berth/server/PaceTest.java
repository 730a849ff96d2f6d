package io.berth.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {

    private static final long SECOND = 1_000_000_000;

    private final Pace pace = new Pace(Duration.ofSeconds(10), 1000);

    private long now = 1;

    @Test
    void aClientThatDribblesIsTooSlow() throws Exception {
        for (int second = 0; second < 9; second++) {
            come(1, SECOND);
        }

        assertThatThrownBy(() -> come(1, SECOND)).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void aClientThatSendsEnoughIsNever() throws Exception {
        for (int second = 0; second < 1000; second++) {
            come(100, SECOND);
        }
    }

    @Test
    void eachTimeIsJudgedByItself() throws Exception {
        come(1_000_000, 10 * SECOND);
        come(1, 9 * SECOND);

        assertThatThrownBy(() -> come(1, SECOND)).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void timeInWhichNobodyWaitsIsNotTheClients() throws Exception {
        for (int i = 0; i < 1000; i++) {
            now += 100 * SECOND;
            pace.moved(1, now);
        }
    }

    @Test
    void startsAgainWithARequest() throws Exception {
        come(1, 9 * SECOND);
        pace.restart();
        come(1, 9 * SECOND);

        assertThatThrownBy(() -> come(1, SECOND)).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void nothingIsExpectedOfNobody() throws Exception {
        Pace patient = new Pace(Duration.ofSeconds(10), 0);
        for (int second = 0; second < 100; second++) {
            patient.moved(0, now);
            now += SECOND;
            patient.moved(1, now);
        }
    }

    @Test
    void tellsTheRateOfAClientThatIsWaitedFor() throws Exception {
        pace.moved(0, System.nanoTime() - 5 * SECOND);

        assertThat(pace.rate(Duration.ofSeconds(6))).isEqualTo(Double.MAX_VALUE);
        assertThat(pace.rate(Duration.ofSeconds(3))).isZero();
        pace.moved(500, System.nanoTime());
        assertThat(pace.rate(Duration.ofSeconds(3))).isEqualTo(Double.MAX_VALUE);
        pace.moved(0, System.nanoTime());
        assertThat(pace.rate(Duration.ofSeconds(3))).isBetween(90.0, 101.0);
    }

    /** Waits for so long until some bytes come. */
    private void come(int bytes, long nanos) throws SocketTimeoutException {
        pace.moved(0, now);
        now += nanos;
        pace.moved(bytes, now);
    }
}
