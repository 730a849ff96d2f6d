package io.berth.policy.quota;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How much of one thing a repository holds: a measurement, and what this process may have added
 * since. It is never below what this process knows; another replica's additions are missing until
 * the next measurement. Something that already was there when it was added counts twice, and what
 * was deleted still counts, until then. Before a limit refuses anything, the estimate is therefore
 * measured again, unless nothing can have changed. Safe for use by many threads, which wait for a
 * measurement that one of them makes.
 */
final class Estimate {

    /** The age at which a measurement is repeated, so that what other replicas add is seen. */
    static final Duration REFRESH = Duration.ofMinutes(5);

    /** For how long a measurement that this process has not changed is trusted to refuse. */
    static final Duration TRUST = Duration.ofSeconds(10);

    /**
     * A measurement is repeated only after this many times its own duration, so that measuring a
     * large repository takes no more than a hundredth of the time.
     */
    private static final int SHARE = 100;

    private final LongSupplier measurement;
    private final LongSupplier nanoTime;

    private boolean known;
    private boolean changed;
    private long measured;
    private long measuredAt;
    private long took;

    /** Added since the measurement began. */
    private long settled;

    /** Being added: the store may hold it already or not yet. */
    private long underWay;

    /**
     * @param measurement reads the store; may throw
     * @param nanoTime as {@link System#nanoTime}
     */
    Estimate(LongSupplier measurement, LongSupplier nanoTime) {
        this.measurement = measurement;
        this.nanoTime = nanoTime;
    }

    /**
     * Reserves room. The caller calls {@link #settle} when the addition has ended, in any way.
     *
     * @param limit of the sum
     * @return whether there is room
     */
    synchronized boolean reserve(long amount, long limit) {
        if (!hasRoom(amount, limit)) {
            return false;
        }
        underWay += amount;
        return true;
    }

    /** As {@link #reserve}, but reserves nothing. */
    synchronized boolean hasRoom(long amount, long limit) {
        if (!known || isOld()) {
            measure();
        }
        if (amount <= limit - sum()) {
            return true;
        }
        if (changed || age() > TRUST.toNanos()) {
            measure();
        }
        return amount <= limit - sum();
    }

    /** Ends an addition that was reserved. It counts as made until the next measurement. */
    synchronized void settle(long amount) {
        underWay -= amount;
        settled += amount;
        changed = true;
    }

    /** Something may have been removed. */
    synchronized void removed() {
        changed = true;
    }

    /** The current estimate, what is being added included. */
    synchronized long sum() {
        return measured + settled + underWay;
    }

    private boolean isOld() {
        return age() > Math.max(REFRESH.toNanos(), SHARE * took);
    }

    private long age() {
        return nanoTime.getAsLong() - measuredAt;
    }

    /** Additions that are under way stay counted: the measurement may have missed them. */
    private void measure() {
        long begun = nanoTime.getAsLong();
        measured = measurement.getAsLong();
        measuredAt = begun;
        took = nanoTime.getAsLong() - begun;
        settled = 0;
        known = true;
        changed = false;
    }
}
