package io.berth.setting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {

    @ParameterizedTest
    @CsvSource({
        "0, PT0S",
        "168h, PT168H",
        "1h30m, PT1H30M",
        "10s, PT10S",
        "1.5s, PT1.5S",
        ".5s, PT0.5S",
        "100ms, PT0.1S",
        "7us, PT0.000007S",
        "7µs, PT0.000007S",
        "7ns, PT0.000000007S",
        "1m1m, PT2M",
        "0.0000000019s, PT0.000000001S"
    })
    void readsWhatGoWrites(String text, Duration expected) {
        assertThat(GoDuration.of(text).duration()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "1",
                "h",
                "-1s",
                "1 h",
                "1d",
                "PT1H",
                "1h30",
                "1h 30m",
                "1e3s",
                ".s",
                "9999999h",
                "１s"
            })
    void refusesEverythingElse(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GoDuration.of(text))
                .withMessageContaining("\"" + text + "\" is not a duration");
    }

    @Test
    void isWrittenSoThatItCanBeReadAgain() {
        assertThat(GoDuration.of("168h").toString()).isEqualTo("168h");
        assertThat(GoDuration.of("1h30m0.5s").toString()).isEqualTo("1h30m0.5s");
        assertThat(GoDuration.of("0s").toString()).isEqualTo("0");
    }
}
