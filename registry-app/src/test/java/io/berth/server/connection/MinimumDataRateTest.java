package io.berth.server.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MinimumDataRateTest {

    private static final long SECOND = 1_000_000_000;

    private final MinimumDataRate pace = new MinimumDataRate(Duration.ofSeconds(10), 1000);

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
            pace.transferred(1, now);
        }
    }

    @Test
    void startsAgainWithARequest() throws Exception {
        come(1, 9 * SECOND);
        pace.reset();
        come(1, 9 * SECOND);

        assertThatThrownBy(() -> come(1, SECOND)).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void nothingIsExpectedOfNobody() throws Exception {
        MinimumDataRate patient = new MinimumDataRate(Duration.ofSeconds(10), 0);
        for (int second = 0; second < 100; second++) {
            patient.transferred(0, now);
            now += SECOND;
            patient.transferred(1, now);
        }
    }

    @Test
    void tellsTheRateOfAClientThatIsWaitedFor() throws Exception {
        pace.transferred(0, System.nanoTime() - 5 * SECOND);

        assertThat(pace.rate(Duration.ofSeconds(6))).isEqualTo(Double.MAX_VALUE);
        assertThat(pace.rate(Duration.ofSeconds(3))).isZero();
        pace.transferred(500, System.nanoTime());
        assertThat(pace.rate(Duration.ofSeconds(3))).isEqualTo(Double.MAX_VALUE);
        pace.transferred(0, System.nanoTime());
        assertThat(pace.rate(Duration.ofSeconds(3))).isBetween(90.0, 101.0);
    }

    /** Waits for so long until some bytes come. */
    private void come(int bytes, long nanos) throws SocketTimeoutException {
        pace.transferred(0, now);
        now += nanos;
        pace.transferred(bytes, now);
    }
}
