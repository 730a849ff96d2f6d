package io.berth.http.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.name.ByteRange;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentRangeTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10-19",
                " 10-19 ",
                "bytes 10-19",
                "bytes 10-19/*",
                "bytes 10-19/20",
                "Bytes 10-19/*",
                "10-19/20",
            })
    void takesEveryFormClientsSend(String header) {
        assertThat(ContentRange.parse(header)).contains(new ByteRange(10, 19));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "10",
                "10-",
                "-19",
                "19-10",
                "a-b",
                "10-19-20",
                "0--1",
                "*/20",
                "bytes */20",
                "bytes=10-19",
                "10 - 19",
                "0-9223372036854775807",
                "0-99999999999999999999",
            })
    void refusesEverythingElse(String header) {
        assertThat(ContentRange.parse(header)).isEmpty();
    }

    @Property
    void readsAnyText(@ForAll String text) {
        ContentRange.parse(text).ifPresent(r -> assertThat(r.length()).isPositive());
    }
}
