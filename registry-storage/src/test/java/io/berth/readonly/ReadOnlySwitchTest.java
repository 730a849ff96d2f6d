package io.berth.readonly;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.berth.document.DocumentName;
import io.berth.error.RegistryException;
import io.berth.name.RepositoryName;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.InterceptedStore.Operation;
import io.berth.object.ObjectStoreException;
import io.berth.object.memory.MemoryStore;
import io.berth.readonly.ReadOnlyStatus.State;
import io.berth.readonly.WriteGate.Permit;
import io.berth.storage.StoredDocuments;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several replicas, each with its own view of the store, at a time that the test decides. */
class ReadOnlySwitchTest {

    private static final RepositoryName APP = RepositoryName.of("library/app");
    private static final DocumentName MODE = DocumentName.of("read-only");
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final MemoryStore store = new MemoryStore(true);
    private final AtomicLong nanos = new AtomicLong(1);
    private final Clock clock =
            new Clock() {
                @Override
                public Instant instant() {
                    return Instant.parse("2026-01-01T00:00:00Z").plusNanos(nanos.get());
                }

                @Override
                public ZoneId getZone() {
                    return ZoneOffset.UTC;
                }

                @Override
                public Clock withZone(ZoneId zone) {
                    return this;
                }
            };

    /** One process. */
    private final class Replica implements InterceptedStore.Interceptor {

        private final WriteGate gate = new WriteGate(clock, nanos::get);
        private final ReadOnlySwitch readOnly =
                new ReadOnlySwitch(
                        new StoredDocuments(new InterceptedStore(store, this)), gate, clock);
        private final List<Call> calls = new ArrayList<>();
        private boolean cutOff;
        private boolean cannotWrite;
        private int lostAnswers;

        Replica() {
            var _ = readOnly.refresh();
        }

        @Override
        public void before(Call call) {
            calls.add(call);
            if (cutOff || (cannotWrite && call.operation() == Operation.PUT)) {
                throw new ObjectStoreException.Unavailable(call.key(), "cut off", null);
            }
        }

        @Override
        public void after(Call call) {
            if (call.operation() == Operation.PUT && lostAnswers > 0) {
                lostAnswers--;
                throw new ObjectStoreException.Unavailable(call.key(), "the answer is lost", null);
            }
        }

        State refresh() {
            try {
                return readOnly.refresh().state();
            } catch (RegistryException e) {
                return State.OFF;
            }
        }

        ReadOnlyStatus turnOn() {
            return readOnly.turnOn(List.of(), "alice", "a backup", null);
        }

        boolean writes() {
            try (Permit permit = gate.enter(APP)) {
                permit.confirm();
                return true;
            } catch (RegistryException e) {
                return false;
            }
        }

        boolean acknowledges(Permit permit) {
            try {
                permit.confirm();
                return true;
            } catch (RegistryException e) {
                return false;
            }
        }
    }

    private final Replica a = new Replica();
    private final Replica b = new Replica();
    private final Replica c = new Replica();
    private final List<Replica> all = List.of(a, b, c);

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void isOnWhenAllReplicasHaveStopped() {
        assertThat(a.turnOn().state()).isEqualTo(State.DRAINING);
        assertThat(a.writes()).isFalse();
        assertThat(b.writes()).isTrue();

        assertThat(b.refresh()).isEqualTo(State.DRAINING);
        assertThat(c.refresh()).isEqualTo(State.ON);
        assertThat(a.refresh()).isEqualTo(State.ON);
        assertThat(all).noneMatch(Replica::writes);
        assertThat(requireNonNull(a.readOnly.status().mode()).by()).isEqualTo("alice");

        assertThat(b.readOnly.turnOff().state()).isEqualTo(State.OFF);
        assertThat(b.writes()).isTrue();
        assertThat(a.writes()).isFalse();
        a.refresh();
        assertThat(a.writes()).isTrue();
    }

    @Test
    void isNotOnWhileAReplicaWrites() {
        try (Permit write = b.gate.enter(APP)) {
            a.turnOn();
            b.refresh();
            c.refresh();
            ReadOnlyStatus status = a.readOnly.refresh();
            assertThat(status.state()).isEqualTo(State.DRAINING);
            assertThat(status.writes()).isOne();
            assertThat(status.waitingFor()).hasSize(1);
            assertThat(b.acknowledges(write)).isTrue();
        }
        b.refresh();
        assertThat(a.refresh()).isEqualTo(State.ON);
    }

    /** A store that takes minutes for a write: the replica lives, and says so. */
    @Test
    void waitsForAWriteThatHangsButDoesNotAcknowledgeIt() {
        try (Permit write = b.gate.enter(APP)) {
            a.turnOn();
            for (int i = 0; i < 60; i++) {
                pass(INTERVAL);
                all.forEach(Replica::refresh);
                assertThat(a.readOnly.status().state()).isEqualTo(State.DRAINING);
            }
            assertThat(b.acknowledges(write)).isFalse();
        }
        all.forEach(Replica::refresh);
        assertThat(a.refresh()).isEqualTo(State.ON);
    }

    /** Whatever a replica cannot do, none acknowledges a write once the mode is on. */
    @ParameterizedTest
    @ValueSource(strings = {"reads nothing", "writes nothing", "is gone"})
    void doesNotWaitForeverForAReplicaThatSaysNothing(String fault) {
        try (Permit write = b.gate.enter(APP)) {
            b.cutOff = fault.equals("reads nothing");
            b.cannotWrite = fault.equals("writes nothing");
            a.turnOn();
            boolean on = false;
            for (Duration past = Duration.ZERO; !on; past = past.plus(INTERVAL)) {
                assertThat(past).isLessThan(Replicas.GONE.plus(INTERVAL.multipliedBy(2)));
                pass(INTERVAL);
                if (!fault.equals("is gone")) {
                    b.refresh();
                }
                c.refresh();
                on = a.refresh() == State.ON;
            }
            assertThat(b.writes()).isFalse();
            assertThat(b.acknowledges(write)).isFalse();
            b.cutOff = false;
            b.cannotWrite = false;
            b.refresh();
            assertThat(b.writes()).isFalse();
            assertThat(b.acknowledges(write)).isFalse();
        }
    }

    @Test
    void aReplicaThatCannotAskRefusesWrites() {
        b.cutOff = true;
        pass(WriteGate.LEASE);
        assertThat(b.writes()).isTrue();
        pass(Duration.ofSeconds(1));

        b.refresh();
        assertThat(b.writes()).isFalse();
        b.cutOff = false;
        b.refresh();
        assertThat(b.writes()).isTrue();
    }

    @Test
    void aReplicaThatStartsLaterSeesTheMode() {
        a.turnOn();
        b.refresh();
        c.refresh();
        Replica late = new Replica();

        assertThat(late.writes()).isFalse();
        assertThat(a.refresh()).isEqualTo(State.ON);
    }

    /** Otherwise another replica could count all others between the two. */
    @Test
    void aReplicaIsOnTheListBeforeItAsks() {
        assertThat(new Replica().calls)
                .filteredOn(
                        call ->
                                call.operation() == Operation.PUT
                                        || call.key().endsWith(MODE.value()))
                .extracting(Call::operation)
                .startsWith(Operation.PUT)
                .hasSize(2);
    }

    @Test
    void aReplicaThatEndsIsNotWaitedFor() {
        b.readOnly.leave();
        a.turnOn();

        assertThat(c.refresh()).isEqualTo(State.ON);
    }

    @Test
    void aReplicaThatEndsWithAWriteUnderWayIs() {
        try (Permit write = b.gate.enter(APP)) {
            b.readOnly.leave();
            a.turnOn();
            c.refresh();

            assertThat(a.refresh()).isEqualTo(State.DRAINING);
            assertThat(b.acknowledges(write)).isFalse();
            assertThat(b.writes()).isFalse();
        }
    }

    @Test
    void theAnswerOfTheWriteMayBeLost() {
        a.lostAnswers = 1;

        assertThat(a.turnOn().state()).isEqualTo(State.DRAINING);
        assertThat(a.writes()).isFalse();
    }

    @Test
    void aDamagedDocumentStopsWritesAtTheEndOfTheLease() {
        StoredDocuments documents = new StoredDocuments(store);
        assertThat(documents.create(MODE, new byte[] {'{'})).isTrue();
        pass(WriteGate.LEASE.plusSeconds(1));

        assertThatExceptionOfType(RegistryException.class).isThrownBy(a.readOnly::refresh);
        assertThat(a.writes()).isFalse();
        a.readOnly.turnOff();
        assertThat(a.writes()).isTrue();
    }

    @Test
    void costsOneRequestEachTime() {
        a.calls.clear();
        for (int i = 0; i < 10; i++) {
            pass(INTERVAL);
            a.refresh();
        }
        assertThat(a.calls).hasSize(10);
    }
}
