package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class MemoryBudgetTest {

    private static final long MIB = 1024 * 1024;

    /** What the serial collector makes of 128 MiB, and others. */
    @ParameterizedTest
    @ValueSource(longs = {129_761_280, 128 * MIB, 4096 * MIB})
    void isEnough(long bytes, CapturedOutput output) {
        StartReport.adviseOnMemory(new MemoryBudget(bytes));

        assertThat(output).isEmpty();
    }

    @Test
    void isTooSmall(CapturedOutput output) {
        StartReport.adviseOnMemory(new MemoryBudget(64 * MIB));

        assertThat(output).contains("64 MiB at most", "BERTH_HEAP=128m", "-Xmx128m");
    }
}
