package io.berth.maintenance;

import io.berth.access.Caller;
import io.berth.access.CallerScope;
import io.berth.error.OperationRefusedException;
import io.berth.readonly.WriteGate;
import io.berth.registry.Maintenance;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes uploads that were not finished, at intervals ({@code storage.maintenance.uploadpurging}).
 * Does nothing when it is switched off or the registry is read-only. Begins within the first hour,
 * at a random minute, so that replicas do not all begin at once.
 */
public final class UploadPurgeSchedule implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(UploadPurgeSchedule.class);

    private static final Duration FIRST = Duration.ofHours(1);

    private final ScheduledExecutorService timer;

    /**
     * @param readOnly whether the registry refuses all changes, for good
     * @param gate refuses a round while something is read-only
     */
    public UploadPurgeSchedule(
            Maintenance registry,
            UploadPurgeSettings settings,
            boolean readOnly,
            WriteGate gate,
            Clock clock) {
        this(
                registry,
                settings,
                readOnly,
                gate,
                clock,
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("upload-purge").factory()));
    }

    UploadPurgeSchedule(
            Maintenance registry,
            UploadPurgeSettings settings,
            boolean readOnly,
            WriteGate gate,
            Clock clock,
            ScheduledExecutorService timer) {
        this.timer = timer;
        if (!settings.enabled() || readOnly) {
            return;
        }
        long interval = settings.interval().duration().toMillis();
        long first = ThreadLocalRandom.current().nextLong(Math.min(FIRST.toMillis(), interval));
        // The future is not needed, as a round throws nothing.
        var _ =
                timer.scheduleWithFixedDelay(
                        () -> purge(registry, settings, gate, clock),
                        first,
                        interval,
                        TimeUnit.MILLISECONDS);
    }

    /** Throws nothing, as an exception would end the schedule. */
    private static void purge(
            Maintenance registry, UploadPurgeSettings settings, WriteGate gate, Clock clock) {
        try (var _ = gate.enterAll()) {
            int purged =
                    CallerScope.call(
                            Caller.system(),
                            () ->
                                    registry.purgeUploads(
                                            clock.instant().minus(settings.age().duration()),
                                            settings.dryRun()));
            if (purged > 0) {
                log.info(
                        "{} uploads older than {} {}",
                        purged,
                        settings.age(),
                        settings.dryRun() ? "would be removed" : "removed");
            }
        } catch (OperationRefusedException e) {
            log.info("Unfinished uploads are not removed now: {}", e.getMessage());
        } catch (RuntimeException | Error e) {
            log.warn("Cannot remove unfinished uploads; the next round tries again.", e);
        }
    }

    /** Interrupts a round that runs; the next start continues it. */
    @Override
    public void close() {
        timer.shutdownNow();
    }
}
