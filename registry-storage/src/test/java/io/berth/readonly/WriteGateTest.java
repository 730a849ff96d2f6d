package io.berth.readonly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.RepositoryName;
import io.berth.readonly.WriteGate.Permit;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a process lets in, and what it acknowledges, by what it knows and since when. */
class WriteGateTest {

    private static final RepositoryName APP = RepositoryName.of("library/app");
    private static final RepositoryName OTHER = RepositoryName.of("other");
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final AtomicLong nanos = new AtomicLong();
    private final WriteGate gate = new WriteGate(Clock.fixed(NOW, ZoneOffset.UTC), nanos::get);

    @BeforeEach
    void begin() {
        learn(null);
    }

    private static ReadOnlyMode mode(String id, @Nullable Instant until, String... repositories) {
        return new ReadOnlyMode(id, List.of(repositories), "alice", "a backup", NOW, until);
    }

    private void learn(@Nullable ReadOnlyMode mode) {
        gate.learned(
                mode, new Coverage(mode == null ? List.of() : mode.repositories()), nanos.get());
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static void assertFails(ErrorCode code, Runnable action) {
        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(action::run)
                .matches(e -> e.code() == code);
    }

    private void write(RepositoryName repository) {
        try (Permit permit = gate.enter(repository)) {
            permit.check();
            permit.confirm();
        }
    }

    @Test
    void writesAreLetIn() {
        write(APP);

        assertThat(gate.coveredUnderWay()).isZero();
    }

    @Test
    void theModeRefusesWhatItCovers() {
        learn(mode("1", null, "library/**"));

        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(() -> write(APP))
                .withMessage("the repository is read-only: a backup")
                .matches(e -> e.code() == ErrorCode.UNSUPPORTED);
        assertFails(ErrorCode.UNSUPPORTED, () -> gate.enterAll().close());
        write(OTHER);
        learn(null);
        write(APP);
    }

    @Test
    void itEndsByItself() {
        learn(mode("1", NOW.plusSeconds(1)));
        assertFails(ErrorCode.UNSUPPORTED, () -> write(APP));

        learn(mode("1", NOW));
        write(APP);
    }

    @Test
    void writesUnderWayHaveAWhile() {
        try (Permit permit = gate.enter(APP);
                Permit other = gate.enter(OTHER)) {
            pass(Duration.ofSeconds(10));
            learn(mode("1", null, "library/app"));
            assertThat(gate.coveredUnderWay()).isOne();
            pass(WriteGate.DRAIN);
            learn(mode("1", null, "library/app"));
            permit.check();
            permit.confirm();

            pass(Duration.ofNanos(1));
            assertFails(ErrorCode.UNSUPPORTED, permit::check);
            assertFails(ErrorCode.UNAVAILABLE, permit::confirm);
            other.check();
            other.confirm();
        }
        assertThat(gate.coveredUnderWay()).isZero();
    }

    @Test
    void nothingIsLetInOrAcknowledgedWithoutNews() {
        try (Permit permit = gate.enter(APP)) {
            pass(WriteGate.LEASE);
            write(APP);
            permit.confirm();

            pass(Duration.ofNanos(1));
            assertFails(ErrorCode.UNAVAILABLE, () -> write(APP));
            assertFails(ErrorCode.UNAVAILABLE, permit::check);
            assertFails(ErrorCode.UNAVAILABLE, permit::confirm);
        }
    }

    /** Another replica may have counted this one as gone, and the mode may be over again. */
    @Test
    void aWriteThatOutlivesALeaseIsNeverAcknowledged() {
        try (Permit permit = gate.enter(APP)) {
            pass(WriteGate.LEASE.plusNanos(1));
            learn(null);

            assertFails(ErrorCode.UNAVAILABLE, permit::confirm);
            write(APP);
        }
    }

    @Test
    void aReplacedModeGivesWritesUnderWayAWhileAgain() {
        try (Permit permit = gate.enter(APP)) {
            learn(mode("1", null));
            pass(WriteGate.DRAIN.plusNanos(1));
            learn(mode("2", null));
            permit.check();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "library/app, true", "library/**, true", "library/app/**, true", "library, false",
        "library/ap, false", "lib/**, false", "library/ap/**, false", "library/app/x, false"
    })
    void anEntryIsANameOrAllBelow(String entry, boolean covered) {
        assertThat(new Coverage(List.of(entry)).test(APP)).isEqualTo(covered);
    }

    @ParameterizedTest
    @CsvSource({"**", "*", "a/*", "A", "a/", "/**", "a/**/b", "''"})
    void othersAreRefused(String entry) {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new Coverage(List.of(entry)))
                .withMessageContaining("is neither");
    }
}
