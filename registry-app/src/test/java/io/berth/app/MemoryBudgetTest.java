package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.config.Settings;
import io.berth.server.connection.ConnectionLimits;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

        assertThat(output).contains("64 MiB", "BERTH_HEAP=128m", "-Xmx128m");
    }

    /** What the application itself holds, measured after a full collection, and as much again. */
    private static final long REST = 24 * MIB;

    @ParameterizedTest
    @ValueSource(longs = {129_761_280, 128 * MIB, 512 * MIB, 1024 * MIB, 16_384 * MIB})
    void allSharesTogetherFit(long bytes) {
        MemoryBudget budget = new MemoryBudget(bytes);
        long onS3 = budget.manifestCacheBytes(false) + budget.spoolBytes();
        long onDisk = budget.manifestCacheBytes(true) + budget.linkBytes() + budget.nameBytes();

        assertThat(
                        budget.manifestsUnderWayBytes()
                                + budget.manifestReadingBytes()
                                + budget.uploadBufferBytes()
                                + Math.max(onS3, onDisk)
                                + budget.listBytes()
                                + budget.tokenBytes()
                                + budget.seenBytes()
                                + budget.connectionBytes()
                                + REST)
                .isLessThan(bytes * 9 / 10);
    }

    @ParameterizedTest
    @CsvSource({"128, 1000, 160", "512, 10000, 1143"})
    void isEnoughForManyConnections(long mebibytes, int connections, int requests) {
        // As the serial collector counts.
        MemoryBudget budget = new MemoryBudget(mebibytes * MIB / 32 * 31);
        ConnectionLimits limits =
                ConnectionLimits.of(
                        Settings.with(Map.of()).http().server().limits(),
                        false,
                        false,
                        budget.connectionBytes(),
                        Long.MAX_VALUE);

        assertThat(limits.connections()).isGreaterThanOrEqualTo(connections);
        assertThat(limits.requests()).isGreaterThanOrEqualTo(requests);
    }
}
