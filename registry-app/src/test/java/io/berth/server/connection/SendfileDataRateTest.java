package io.berth.server.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.apache.tomcat.util.net.NioEndpoint.SendfileData;
import org.junit.jupiter.api.Test;

class SendfileDataRateTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration A_MOMENT = Duration.ofSeconds(2);

    private final SendfileDataRate pace = new SendfileDataRate(PATIENCE, 1_000);
    private final SendfileData file = new SendfileData("file", 500, 1_000_000);

    @Test
    void expectsSoManyBytesInEachTime() {
        assertThat(pace.isTooSlow(file, at(0))).isFalse();
        file.pos += 1_000;
        assertThat(pace.isTooSlow(file, at(10))).isFalse();
        file.pos += 999;
        assertThat(pace.isTooSlow(file, at(19))).isFalse();
        assertThat(pace.isTooSlow(file, at(20))).isTrue();
    }

    @Test
    void beginsAnewWithTheNextFile() {
        assertThat(pace.isTooSlow(file, at(0))).isFalse();
        assertThat(pace.isTooSlow(null, at(9))).isFalse();
        assertThat(pace.isTooSlow(new SendfileData("next", 0, 10), at(10))).isFalse();
        assertThat(pace.isTooSlow(file, at(11))).isFalse();
        assertThat(pace.isTooSlow(file, at(21))).isTrue();
    }

    @Test
    void everythingIsFastEnoughWhereNothingIsExpected() {
        SendfileDataRate patient = new SendfileDataRate(PATIENCE, 0);
        assertThat(patient.isTooSlow(file, at(0))).isFalse();
        assertThat(patient.isTooSlow(file, at(1_000))).isFalse();
    }

    @Test
    void knowsARateAfterAWhile() {
        assertThat(pace.rate(file, at(0), A_MOMENT)).isEqualTo(Double.MAX_VALUE);
        file.pos += 300;
        assertThat(pace.rate(file, at(1), A_MOMENT)).isEqualTo(Double.MAX_VALUE);
        assertThat(pace.rate(file, at(3), A_MOMENT)).isEqualTo(100);
        assertThat(pace.rate(null, at(4), A_MOMENT)).isEqualTo(Double.MAX_VALUE);
    }

    private static long at(long seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }
}
