package io.berth.health;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Tracks whether readiness probes are sent, so that a change of readiness would be noticed. Safe
 * for use by many threads.
 */
public final class ReadinessProbeTracker {

    /** Orchestrators and load balancers send probes more often. */
    private static final Duration MAX_INTERVAL = Duration.ofMinutes(1);

    private final Clock clock;
    private volatile Instant lastProbe = Instant.MIN;

    /** Without a probe so far. */
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
