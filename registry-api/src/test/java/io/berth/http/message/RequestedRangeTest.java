package io.berth.http.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.name.ByteRange;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestedRangeTest {

    private static final int SIZE = 2048;

    @ParameterizedTest
    @CsvSource({
        "bytes=0-499, 0-499",
        "bytes=500-999, 500-999",
        "bytes=500-, 500-2047",
        "bytes=-500, 1548-2047",
        "bytes=-5000, 0-2047",
        "bytes=2000-5000, 2000-2047",
        "bytes=2047-2048, 2047-2047",
        "bytes=0-0, 0-0",
        "bytes=0-99999999999999999999999999, 0-2047",
        "BYTES=1-2, 1-2",
        "'bytes= 1-2 ', 1-2",
        "'bytes=0-9,20-29', 0-9 20-29",
        "'bytes=20-29 , 0-9', 20-29 0-9",
        "'bytes=0-9,5-14', 0-9 5-14",
        "'bytes=0-9,,20-29', 0-9 20-29",
        "'bytes=0-9,-10', 0-9 2038-2047",
        "'bytes=0-9,9000-9999', 0-9",
    })
    void givesThePartsAskedFor(String header, String expected) {
        assertThat(RequestedRange.of(header, SIZE))
                .isEqualTo(new RequestedRange.Parts(ranges(expected)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=2048-",
                "bytes=5000-10000",
                "bytes=99999999999999999999999-",
                "bytes=-0",
                "bytes=500-0",
                "bytes=5000-6000,9000-",
            })
    void refusesWhatDoesNotExist(String header) {
        assertThat(RequestedRange.of(header, SIZE)).isEqualTo(new RequestedRange.Unsatisfiable());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bytes",
                "bytes=",
                "bytes=,",
                "bytes=-",
                "bytes=--1",
                "bytes=a-b",
                "bytes=1",
                "bytes=1-2-3",
                "bytes=+1-2",
                "bytes=1-x",
                "bytes=0-1,x",
                "bytes 0-1",
                "bytes =0-1",
                "items=0-1",
                "0-1",
            })
    void ignoresWhatItDoesNotUnderstand(String header) {
        assertThat(RequestedRange.of(header, SIZE)).isEqualTo(new RequestedRange.Everything());
    }

    @Test
    void givesEverythingWithoutAHeader() {
        assertThat(RequestedRange.of(null, SIZE)).isEqualTo(new RequestedRange.Everything());
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=0-", "bytes=0-0", "bytes=-1"})
    void hasNothingToGiveOfNothing(String header) {
        assertThat(RequestedRange.of(header, 0)).isEqualTo(new RequestedRange.Unsatisfiable());
    }

    @Test
    void servesSixtyFourPartsAndNotOneMore() {
        assertThat(RequestedRange.of(parts(64), SIZE))
                .isInstanceOfSatisfying(
                        RequestedRange.Parts.class, p -> assertThat(p.ranges()).hasSize(64));
        assertThat(RequestedRange.of(parts(65), SIZE)).isEqualTo(new RequestedRange.Everything());
        assertThat(RequestedRange.of(parts(5000), SIZE)).isEqualTo(new RequestedRange.Everything());
    }

    @Test
    void servesNoMoreThanTheWhole() {
        assertThat(RequestedRange.of("bytes=0-1023,1024-", SIZE))
                .isInstanceOf(RequestedRange.Parts.class);
        assertThat(RequestedRange.of("bytes=0-1024,1024-", SIZE))
                .isEqualTo(new RequestedRange.Everything());
    }

    @Property
    void staysInsideTheContent(
            @ForAll @LongRange(min = 0, max = 5000) long size,
            @ForAll List<@IntRange(min = -20, max = 6000) Integer> bounds) {
        String header =
                "bytes="
                        + IntStream.range(0, bounds.size() / 2)
                                .mapToObj(i -> bounds.get(2 * i) + "-" + bounds.get(2 * i + 1))
                                .collect(Collectors.joining(","));
        if (RequestedRange.of(header, size) instanceof RequestedRange.Parts(var ranges)) {
            assertThat(ranges).isNotEmpty().hasSizeLessThanOrEqualTo(RequestedRange.MAX_PARTS);
            assertThat(ranges).allMatch(r -> r.length() > 0 && r.last() < size);
            assertThat(ranges.stream().mapToLong(ByteRange::length).sum())
                    .isLessThanOrEqualTo(size);
        }
    }

    @Property
    void readsAnyText(@ForAll String text, @ForAll @LongRange(min = 0) long size) {
        assertThat(RequestedRange.of("bytes=" + text, size)).isNotNull();
    }

    private static String parts(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> 2 * i + "-" + 2 * i)
                .collect(Collectors.joining(",", "bytes=", ""));
    }

    private static List<ByteRange> ranges(String text) {
        return Arrays.stream(text.split(" ", -1))
                .map(range -> range.split("-", -1))
                .map(ends -> new ByteRange(Long.parseLong(ends[0]), Long.parseLong(ends[1])))
                .toList();
    }
}
