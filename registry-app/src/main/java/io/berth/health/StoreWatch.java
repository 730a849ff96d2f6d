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
 * Asks the store from time to time whether it is there, so that probes, however many, cost the
 * store nothing. The store counts as down after some failures in a row, and as up again with the
 * first answer. A question that finds no answer at all is a failure, too. Safe for use by many
 * threads.
 */
public final class StoreWatch implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(StoreWatch.class);

    /** A store that takes less time is slow, not down. */
    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(30);

    private final Runnable question;
    private final int threshold;
    private final Duration patience;
    private final Clock clock;
    private final ScheduledExecutorService timer;

    private volatile StoreState state;

    /** When a question was put that has no answer yet. */
    private volatile @Nullable Instant asked;

    private int failures;
    private Instant firstFailure = Instant.MAX;

    /**
     * Takes the store to be up until it is asked for the first time, an interval from now.
     *
     * @param question throws when the store does not answer
     * @param threshold failures in a row after which the store is down
     */
    public StoreWatch(Runnable question, Duration interval, int threshold, Clock clock) {
        this(
                question,
                interval,
                threshold,
                clock,
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("store-watch").factory()));
    }

    StoreWatch(
            Runnable question,
            Duration interval,
            int threshold,
            Clock clock,
            ScheduledExecutorService timer) {
        this.question = question;
        this.threshold = threshold;
        this.clock = clock;
        this.timer = timer;
        this.state = new StoreState(true, clock.instant());
        Duration all = interval.multipliedBy(threshold);
        this.patience = all.compareTo(LEAST_PATIENCE) > 0 ? all : LEAST_PATIENCE;
        long millis = interval.toMillis();
        // Its future would only tell of exceptions, which a question keeps to itself.
        var _ = timer.scheduleWithFixedDelay(this::ask, millis, millis, TimeUnit.MILLISECONDS);
    }

    /** Takes the store to be up for ever, without asking. */
    public static StoreWatch never(Clock clock) {
        StoreWatch watch = new StoreWatch(() -> {}, Duration.ofDays(1), 1, clock);
        watch.close();
        return watch;
    }

    /** Whatever happens, it is asked again: anything thrown would be the end of it. */
    private void ask() {
        Instant begin = clock.instant();
        asked = begin;
        try {
            question.run();
            answered();
        } catch (RuntimeException | Error e) {
            failed(begin, e);
        } finally {
            asked = null;
        }
    }

    private void answered() {
        if (!state.up()) {
            state = new StoreState(true, clock.instant());
            log.info("the store answers again");
        }
        failures = 0;
    }

    private void failed(Instant begin, Throwable failure) {
        failures++;
        if (failures == 1) {
            firstFailure = begin;
        }
        if (failures >= threshold && state.up()) {
            state = new StoreState(false, firstFailure);
            log.warn(
                    "the store has not answered {} times since {}, so /readyz says 503 until it"
                            + " does: {}",
                    failures,
                    firstFailure,
                    Objects.requireNonNullElse(failure.getMessage(), failure.toString()));
        }
        log.debug("the store did not answer", failure);
    }

    /** Costs nothing. */
    public StoreState state() {
        Instant begin = asked;
        StoreState known = state;
        if (begin != null && known.up() && begin.plus(patience).isBefore(clock.instant())) {
            return new StoreState(false, begin);
        }
        return known;
    }

    /** A question that is under way is broken off; the state stays what it was. */
    @Override
    public void close() {
        timer.shutdownNow();
    }
}
