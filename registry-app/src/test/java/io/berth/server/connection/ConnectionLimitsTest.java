package io.berth.server.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.config.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What follows from the heap and from the files that may be open. */
class ConnectionLimitsTest {

    private static final long HEAP_FOR_MANY = 1L << 30;

    private static ConnectionLimits limits(Map<String, String> settings, long files) {
        LimitSettings set = Settings.with(settings).http().server().limits();
        return ConnectionLimits.of(set, false, false, HEAP_FOR_MANY, files);
    }

    /** Each takes two files, and there are others. */
    @ParameterizedTest
    @CsvSource({"256, 64", "1024, 448", "4096, 1984", "100000, 49936"})
    void aFileThatMayBeOpenIsAConnectionOrWhatItSends(long files, int connections) {
        ConnectionLimits limits = limits(Map.of(), files);

        assertThat(limits.connections()).isEqualTo(connections);
        assertThat(limits.connectionsPerClient()).isEqualTo(connections / 2);
        assertThat(limits.requests()).isLessThanOrEqualTo(connections);
        assertThat(limits.requestsPerClient()).isEqualTo(limits.requests() / 2);
        assertThat(limits.adviceOnOpenFiles(files)).isNull();
    }

    @Test
    void whereFilesHaveNoLimitTheHeapDecides() {
        ConnectionLimits limits = limits(Map.of(), Long.MAX_VALUE);

        assertThat(limits.connections()).isEqualTo(65_536);
        assertThat(limits.requests()).isEqualTo(7_099);
        assertThat(limits).isEqualTo(limits(Map.of(), 1_000_000));
    }

    @Test
    void whatIsSetCountsAndIsReportedWhereItDoesNotFit() {
        ConnectionLimits limits = limits(Map.of("http.limits.connections", "500"), 1024);

        assertThat(limits.connections()).isEqualTo(500);
        assertThat(limits.adviceOnOpenFiles(1024))
                .isEqualTo(
                        "http.limits.connections allows 500 connections, but this process may open"
                                + " only 1024 files: allow it 1128 (ulimit -n, or LimitNOFILE= of"
                                + " systemd), or lower http.limits.connections. A connection needs"
                                + " 2 files, and 128 are for everything else.");
        assertThat(limits.adviceOnOpenFiles(1128)).isNull();
    }

    @Test
    void tooFewFilesForAnythingAreReported() {
        ConnectionLimits limits = limits(Map.of(), 100);

        assertThat(limits.connections()).isEqualTo(16);
        assertThat(limits.adviceOnOpenFiles(100)).contains("allow it 160");
    }
}
