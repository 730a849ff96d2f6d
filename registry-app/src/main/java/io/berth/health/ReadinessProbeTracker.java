package io.berth.health;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Tracks whether anything sends readiness probes, and so would notice a change of readiness. Safe
 * for use by many threads.
 */
public final class ReadinessProbeTracker {

    /** Orchestrators and load balancers send probes more often. */
    private static final Duration MAX_INTERVAL = Duration.ofMinutes(1);

    private final Clock clock;
    private volatile Instant lastProbe = Instant.MIN;

    /** A tracker that has seen no probe. */
    public ReadinessProbeTracker(Clock clock) {
        this.clock = clock;
    }

    /** Notes a probe. */
    void probed() {
        lastProbe = clock.instant();
    }

    /** Whether there was a probe within the last minute. */
    public boolean isProbed() {
        return lastProbe.isAfter(clock.instant().minus(MAX_INTERVAL));
    }
}
