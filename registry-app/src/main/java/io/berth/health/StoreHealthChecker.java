package io.berth.health;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the store periodically, so that probes cost the store nothing. The store is down after
 * {@code threshold} failures in a row, or while a check takes longer than a timeout, and up again
 * after the first success. Safe for use by many threads.
 */
public final class StoreHealthChecker implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(StoreHealthChecker.class);

    /**
     * The timeout is at least this long: a shorter check is slow, but no sign that the store is
     * down.
     */
    private static final Duration MIN_TIMEOUT = Duration.ofSeconds(30);

    private final Runnable check;
    private final int threshold;
    private final Duration timeout;
    private final Clock clock;
    private final ScheduledExecutorService timer;

    private volatile StoreHealth health;

    /** When the check began that has not ended; {@code null} when none runs. */
    private volatile @Nullable Instant checkBegan;

    private int failures;
    private Instant firstFailure = Instant.MAX;

    /**
     * Begins periodic checks. The store is up until the first check, which is an interval from now.
     *
     * @param check throws when the store is not available
     * @param threshold failures in a row after which the store is down
     */
    public StoreHealthChecker(Runnable check, Duration interval, int threshold, Clock clock) {
        this(
                check,
                interval,
                threshold,
                clock,
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("store-health").factory()));
    }

    StoreHealthChecker(
            Runnable check,
            Duration interval,
            int threshold,
            Clock clock,
            ScheduledExecutorService timer) {
        this.check = check;
        this.threshold = threshold;
        this.clock = clock;
        this.timer = timer;
        this.health = new StoreHealth(true, clock.instant());
        Duration all = interval.multipliedBy(threshold);
        this.timeout = all.compareTo(MIN_TIMEOUT) > 0 ? all : MIN_TIMEOUT;
        long millis = interval.toMillis();
        // The future is not needed, as the task throws nothing.
        var _ = timer.scheduleWithFixedDelay(this::run, millis, millis, TimeUnit.MILLISECONDS);
    }

    /** Without checks: the store is always up. */
    public static StoreHealthChecker disabled(Clock clock) {
        StoreHealthChecker checker = new StoreHealthChecker(() -> {}, Duration.ofDays(1), 1, clock);
        checker.close();
        return checker;
    }

    /** Throws nothing, as an exception would end the schedule. */
    private void run() {
        Instant begin = clock.instant();
        checkBegan = begin;
        try {
            check.run();
            succeeded();
        } catch (RuntimeException | Error e) {
            failed(begin, e);
        } finally {
            checkBegan = null;
        }
    }

    private void succeeded() {
        if (!health.up()) {
            health = new StoreHealth(true, clock.instant());
            log.info("the store answers again");
        }
        failures = 0;
    }

    private void failed(Instant begin, Throwable failure) {
        failures++;
        if (failures == 1) {
            firstFailure = begin;
        }
        if (failures >= threshold && health.up()) {
            health = new StoreHealth(false, firstFailure);
            log.warn(
                    "{} checks of the store in a row have failed since {}; /readyz answers 503 until a check"
                            + " succeeds: {}",
                    failures,
                    firstFailure,
                    Objects.requireNonNullElse(failure.getMessage(), failure.toString()));
        }
        log.debug("the check of the store failed", failure);
    }

    /** The last known health; does not ask the store. */
    public StoreHealth health() {
        Instant begin = checkBegan;
        StoreHealth known = health;
        if (begin != null && known.up() && begin.plus(timeout).isBefore(clock.instant())) {
            return new StoreHealth(false, begin);
        }
        return known;
    }

    /** Ends the checks, and interrupts one that runs; the health remains as it is. */
    @Override
    public void close() {
        timer.shutdownNow();
    }
}
