package io.berth.health;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Knows whether somebody asks from time to time whether the registry is ready, and so would notice
 * that it is not any more. Safe for use by many threads.
 */
public final class ReadinessWatch {

    /** Orchestrators and load balancers ask more often. */
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final Clock clock;
    private volatile Instant asked = Instant.MIN;

    public ReadinessWatch(Clock clock) {
        this.clock = clock;
    }

    void asked() {
        asked = clock.instant();
    }

    public boolean isAsked() {
        return asked.isAfter(clock.instant().minus(LONGEST_PAUSE));
    }
}
