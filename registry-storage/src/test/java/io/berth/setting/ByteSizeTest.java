package io.berth.setting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "10485760, 10485760",
        "5KiB, 5120",
        "10MiB, 10485760",
        "5GiB, 5368709120",
        "999999999999999, 999999999999999"
    })
    void reads(String text, long bytes) {
        assertThat(ByteSize.of(text)).isEqualTo(new ByteSize(bytes));
        assertThat(ByteSize.of(text)).hasToString(Long.toString(bytes));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-1",
                "1.5MiB",
                "MiB",
                "10 MiB",
                "10MB",
                "10mib",
                "999999999999999GiB",
                "1e6"
            })
    void refuses(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ByteSize.of(text))
                .withMessageContaining("\"" + text + "\" is not a number of bytes");
    }
}
