package io.berth.object.s3.multipart;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.object.s3.setting.MultipartSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartSizesTest {

    private static final long MIB = 1L << 20;

    @ParameterizedTest
    @ValueSource(longs = {5, 6, 7, 8, 10, 32, 100, 1000, 5 * 1024})
    void fiveTebibytesFit(long mib) {
        PartSizes sizes = new PartSizes(mib * MIB);
        long whole = 0;
        for (int i = 0; i < PartSizes.MAX_PARTS; i++) {
            assertThat(sizes.of(i))
                    .isBetween(MultipartSettings.MIN_PART, MultipartSettings.MAX_PART);
            assertThat(sizes.least(i)).isBetween(MultipartSettings.MIN_PART, sizes.of(i));
            whole += sizes.of(i);
        }

        assertThat(whole).isGreaterThanOrEqualTo(5L << 40);
    }

    @Test
    void theyDoubleEveryNineHundred() {
        PartSizes sizes = new PartSizes(10 * MIB);

        assertThat(sizes.of(0)).isEqualTo(10 * MIB);
        assertThat(sizes.of(899)).isEqualTo(10 * MIB);
        assertThat(sizes.of(900)).isEqualTo(20 * MIB);
        assertThat(sizes.of(1800)).isEqualTo(40 * MIB);
    }
}
