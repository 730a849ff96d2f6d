package io.berth.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.access.Caller;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.object.memory.MemoryStore;
import io.berth.readonly.ReadOnlySwitch;
import io.berth.readonly.WriteGate;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import io.berth.setting.GoDuration;
import io.berth.storage.StoredDocuments;
import io.berth.storage.StoredRegistry;
import io.berth.storage.StoredRegistryOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class UploadPurgeScheduleTest {

    private static final RepositoryName NAME = RepositoryName.of("library/app");

    private final List<Scheduled> scheduled = new ArrayList<>();
    private boolean isReadOnlyNow;

    private record Scheduled(Runnable round, long first, long interval, TimeUnit unit) {}

    private WriteGate gate() {
        WriteGate gate = new WriteGate(Clock.systemUTC());
        ReadOnlySwitch readOnly =
                new ReadOnlySwitch(new StoredDocuments(new MemoryStore()), gate, Clock.systemUTC());
        var _ =
                isReadOnlyNow
                        ? readOnly.turnOn(List.of("library/other"), "alice", "a backup", null)
                        : readOnly.refresh();
        return gate;
    }

    @Test
    void nothingGoesWhileSomethingIsReadOnly() {
        isReadOnlyNow = true;
        StoredRegistry registry = registry(new MemoryStore());
        UploadId old = start(registry);
        begin(registry, purging(true, false), false, Clock.offset(clock(), Duration.ofHours(3)));

        scheduled.getFirst().round().run();

        assertThatCode(() -> registry.resumeUpload(NAME, old, null).close())
                .doesNotThrowAnyException();
    }

    @Test
    void whatIsOldGoes() {
        StoredRegistry registry = registry(new MemoryStore());
        UploadId old = start(registry);
        begin(registry, purging(true, false), false, Clock.offset(clock(), Duration.ofHours(3)));

        scheduled.getFirst().round().run();

        assertThatThrownBy(() -> registry.resumeUpload(NAME, old, null))
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.BLOB_UPLOAD_UNKNOWN));
    }

    @Test
    void noRequestAsksForIt() {
        List<Caller> callers = new ArrayList<>();
        StoredRegistry registry =
                registry(
                        new InterceptedStore(
                                new MemoryStore(),
                                new InterceptedStore.Interceptor() {
                                    @Override
                                    public void before(Call call) {
                                        if (!scheduled.isEmpty()) {
                                            callers.add(Caller.current());
                                        }
                                    }
                                }));
        start(registry);
        begin(registry, purging(true, false), false, Clock.offset(clock(), Duration.ofHours(3)));

        scheduled.getFirst().round().run();

        assertThat(callers).isNotEmpty().containsOnly(Caller.system());
    }

    @Test
    void whatIsYoungStays() {
        StoredRegistry registry = registry(new MemoryStore());
        UploadId young = start(registry);
        begin(registry, purging(true, false), false, Clock.offset(clock(), Duration.ofHours(1)));

        scheduled.getFirst().round().run();

        assertThat(size(registry, young)).isEqualTo(3);
    }

    @Test
    void aDryRunRemovesNothing() {
        StoredRegistry registry = registry(new MemoryStore());
        UploadId old = start(registry);
        begin(registry, purging(true, true), false, Clock.offset(clock(), Duration.ofHours(3)));

        scheduled.getFirst().round().run();

        assertThat(size(registry, old)).isEqualTo(3);
    }

    @Test
    void roundsBeginAtARandomTimeAndFollowTheInterval() {
        begin(registry(new MemoryStore()), purging(true, false), false, clock());

        Scheduled plan = scheduled.getFirst();
        assertThat(plan.unit().toMinutes(plan.first())).isBetween(0L, 29L);
        assertThat(plan.unit().toMinutes(plan.interval())).isEqualTo(30);
    }

    @Test
    void nothingHappensWhereItIsSwitchedOffOrNothingMayChange() {
        begin(registry(new MemoryStore()), purging(false, false), false, clock());
        begin(registry(new MemoryStore()), purging(true, false), true, clock());

        assertThat(scheduled).isEmpty();
    }

    @Test
    void aFailureIsNotTheEndOfAllRounds() {
        boolean[] failing = {false};
        StoredRegistry registry =
                registry(
                        new InterceptedStore(
                                new MemoryStore(),
                                new InterceptedStore.Interceptor() {
                                    @Override
                                    public void before(Call call) {
                                        if (failing[0]) {
                                            throw new ObjectStoreException.Unavailable(
                                                    call.key(), "away", null);
                                        }
                                    }
                                }));
        begin(registry, purging(true, false), false, clock());
        failing[0] = true;

        // A round that throws would be the last one.
        assertThatCode(scheduled.getFirst().round()::run).doesNotThrowAnyException();
    }

    private static UploadId start(StoredRegistry registry) {
        try (Upload upload = registry.startUpload(NAME)) {
            upload.append(UploadChunk.of(new ByteArrayInputStream(new byte[] {1, 2, 3})));
            return upload.id();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long size(StoredRegistry registry, UploadId id) {
        try (Upload upload = registry.resumeUpload(NAME, id, null)) {
            return upload.size();
        }
    }

    private static StoredRegistry registry(ObjectStore store) {
        return new StoredRegistry(store, StoredRegistryOptions.defaults(), clock());
    }

    private static Clock clock() {
        return Clock.systemUTC();
    }

    private static UploadPurgeSettings purging(boolean enabled, boolean dryRun) {
        return new UploadPurgeSettings(enabled, GoDuration.of("2h"), GoDuration.of("30m"), dryRun);
    }

    private void begin(
            StoredRegistry registry, UploadPurgeSettings purging, boolean readOnly, Clock clock) {
        var _ =
                new UploadPurgeSchedule(
                        registry, purging, readOnly, gate(), clock, recordingTimer());
    }

    private ScheduledExecutorService recordingTimer() {
        return (ScheduledExecutorService)
                Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {ScheduledExecutorService.class},
                        (proxy, method, arguments) -> {
                            assertThat(method.getName()).isEqualTo("scheduleWithFixedDelay");
                            scheduled.add(
                                    new Scheduled(
                                            (Runnable) arguments[0],
                                            (Long) arguments[1],
                                            (Long) arguments[2],
                                            (TimeUnit) arguments[3]));
                            return null;
                        });
    }
}
