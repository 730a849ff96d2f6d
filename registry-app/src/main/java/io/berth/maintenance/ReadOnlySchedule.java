package io.berth.maintenance;

import io.berth.access.Caller;
import io.berth.access.CallerScope;
import io.berth.readonly.ReadOnlyStatus;
import io.berth.readonly.ReadOnlyStatus.State;
import io.berth.readonly.ReadOnlySwitch;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has this replica ask for the read-only mode every five seconds, and every second while not all
 * replicas have stopped writing. The first time is at the start.
 */
public final class ReadOnlySchedule implements AutoCloseable {

    static final Duration INTERVAL = Duration.ofSeconds(5);

    private static final Duration DRAINING = Duration.ofSeconds(1);

    private static final Duration STOP = Duration.ofSeconds(2);

    private static final Logger log = LoggerFactory.getLogger(ReadOnlySchedule.class);

    private final ReadOnlySwitch readOnly;
    private final ScheduledThreadPoolExecutor timer;

    private ReadOnlyStatus before;
    private boolean failing;

    public ReadOnlySchedule(ReadOnlySwitch readOnly) {
        this.readOnly = readOnly;
        this.before = readOnly.status();
        this.timer =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("read-only").factory());
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false); // no round after the stop
        timer.execute(this::round);
    }

    /** Throws nothing, and starts the next round. */
    private void round() {
        try {
            ReadOnlyStatus now = CallerScope.call(Caller.system(), readOnly::refresh);
            tell(now);
            failing = false;
        } catch (RuntimeException | Error e) {
            if (!failing) {
                log.warn(
                        "Cannot ask the store whether the registry is read-only. If this lasts for a"
                                + " minute, writes are refused until it works again.",
                        e);
            }
            failing = true;
        }
        Duration wait = before.state() == State.DRAINING ? DRAINING : INTERVAL;
        try {
            var _ = timer.schedule(this::round, wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            log.debug("this was the last round", e);
        }
    }

    private void tell(ReadOnlyStatus now) {
        if (now.mode() != null && (before.mode() == null || now.state() != before.state())) {
            log.info(
                    "Read-only mode is {}: by {}, {} ({})",
                    now.state() == State.ON ? "on" : "about to be on",
                    now.mode().by(),
                    now.mode().reason(),
                    now.mode().repositories().isEmpty()
                            ? "the whole registry"
                            : now.mode().repositories());
        } else if (now.mode() == null && before.mode() != null) {
            log.info("Read-only mode is off");
        }
        before = now;
    }

    /** Says that this replica has stopped, if that takes no longer than two seconds. */
    @Override
    public void close() {
        timer.execute(this::leave);
        timer.shutdown();
        try {
            if (!timer.awaitTermination(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                timer.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void leave() {
        try {
            CallerScope.run(Caller.system(), readOnly::leave);
        } catch (RuntimeException e) {
            log.debug("other replicas will wait for this one, as it could not say it stopped", e);
        }
    }
}
