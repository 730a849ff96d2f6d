package io.berth.readonly;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.RepositoryName;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lets writes of this process in, counts those that are under way, and refuses what must not be
 * written. It asks no store: {@link #learned} tells it at intervals what the store says, and counts
 * for {@link #LEASE}. Without news for longer, no write is let in or acknowledged, because another
 * replica may have switched the read-only mode on.
 *
 * <p>Let <em>T</em> be the moment at which the mode is in the store. Whoever asks the store later
 * sees it. So this process acknowledges no write that it covers after <em>T</em> + {@link #LEASE} +
 * {@link #DRAIN}: either it has not asked since <em>T</em>, and its lease is over; or it has asked
 * within the lease, refuses new writes since then, and those under way for longer than {@link
 * #DRAIN} after that. Writes that were under way when a lease ended are never acknowledged.
 *
 * <p>Safe for use by many threads.
 */
public final class WriteGate {

    /** How long an answer of the store counts. */
    public static final Duration LEASE = Duration.ofSeconds(60);

    /** How long writes that are under way may go on when the mode is switched on. */
    public static final Duration DRAIN = Duration.ofSeconds(30);

    /** How long a write waits for the first answer of the store. */
    private static final Duration FIRST_ANSWER = Duration.ofSeconds(5);

    private static final long LONG_AGO = Long.MIN_VALUE / 2;

    private final LongSupplier nanos;
    private final Clock clock;
    private final Set<Permit> underWay = ConcurrentHashMap.newKeySet();
    private final CountDownLatch first = new CountDownLatch(1);

    private volatile Knowledge known = Knowledge.none(0);

    /**
     * What the store said.
     *
     * @param covered which repositories the mode covers
     * @param askedAt when the store was asked
     * @param seenAt when it was asked, when it first said so
     * @param lease differs after each lease that has ended
     */
    private record Knowledge(
            @Nullable ReadOnlyMode mode,
            Predicate<RepositoryName> covered,
            long askedAt,
            long seenAt,
            int lease) {

        /** As if the store had been asked ages ago. */
        private static Knowledge none(int lease) {
            return new Knowledge(null, _ -> false, LONG_AGO, LONG_AGO, lease);
        }
    }

    public WriteGate(Clock clock) {
        this(clock, System::nanoTime);
    }

    /**
     * @param nanos a clock for lengths of time, which is never set
     */
    WriteGate(Clock clock, LongSupplier nanos) {
        this.clock = clock;
        this.nanos = nanos;
    }

    /**
     * A write under way. For one thread, which has to close it.
     *
     * <p>Its repository is {@code null} for work on all of them.
     */
    public final class Permit implements AutoCloseable {

        private final @Nullable RepositoryName repository;
        private final int lease;

        private Permit(@Nullable RepositoryName repository, int lease) {
            this.repository = repository;
            this.lease = lease;
        }

        /**
         * Refuses to go on with a write that has taken too long.
         *
         * @throws RegistryException UNSUPPORTED when it is covered by the mode; UNAVAILABLE when it
         *     is not known whether it is
         */
        public void check() {
            Knowledge now = known;
            requireLease(now, lease);
            if (isCovered(now, repository)
                    && nanos.getAsLong() - now.seenAt() > DRAIN.toNanos()
                    && now.mode() != null) {
                throw now.mode().refusal();
            }
        }

        /**
         * Refuses to acknowledge a write that has taken too long.
         *
         * @throws RegistryException UNAVAILABLE: it may have happened
         */
        public void confirm() {
            try {
                check();
            } catch (RegistryException e) {
                throw new RegistryException(
                        ErrorCode.UNAVAILABLE,
                        "the registry became read-only during the write, which may have happened");
            }
        }

        @Override
        public void close() {
            underWay.remove(this);
        }
    }

    /**
     * Lets a write in.
     *
     * @throws RegistryException UNSUPPORTED when the mode covers the repository; UNAVAILABLE when
     *     it is not known whether it does
     */
    public Permit enter(RepositoryName repository) {
        return admit(repository);
    }

    /** As {@link #enter(RepositoryName)}, for work that any mode forbids. */
    public Permit enterAll() {
        return admit(null);
    }

    private Permit admit(@Nullable RepositoryName repository) {
        awaitFirstAnswer();
        Permit permit = new Permit(repository, known.lease());
        underWay.add(permit); // before the look, so that one of the two sees the other
        boolean let = false;
        try {
            Knowledge now = known;
            requireLease(now, permit.lease);
            if (isCovered(now, repository) && now.mode() != null) {
                throw now.mode().refusal();
            }
            let = true;
            return permit;
        } finally {
            if (!let) {
                permit.close();
            }
        }
    }

    private void awaitFirstAnswer() {
        try {
            var _ = first.await(FIRST_ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the lease is looked at next
        }
    }

    private void requireLease(Knowledge now, int lease) {
        if (lease != now.lease() || nanos.getAsLong() - now.askedAt() > LEASE.toNanos()) {
            throw new RegistryException(
                    ErrorCode.UNAVAILABLE,
                    "the store does not say whether the registry is read-only");
        }
    }

    private boolean isCovered(Knowledge now, @Nullable RepositoryName repository) {
        return now.mode() != null
                && !now.mode().isOver(clock.instant())
                && (repository == null || now.covered().test(repository));
    }

    /** Now, by the clock of {@link #learned}. */
    long now() {
        return nanos.getAsLong();
    }

    /**
     * Takes note of what the store said. For one thread at a time.
     *
     * @param mode {@code null}: nothing is read-only
     * @param covered which repositories the mode covers
     * @param askedAt {@link #now} before the store was asked
     */
    void learned(@Nullable ReadOnlyMode mode, Predicate<RepositoryName> covered, long askedAt) {
        Knowledge before = known;
        boolean same =
                mode != null && before.mode() != null && mode.id().equals(before.mode().id());
        boolean lapsed = askedAt - before.askedAt() > LEASE.toNanos();
        known =
                new Knowledge(
                        mode,
                        covered,
                        askedAt,
                        same ? before.seenAt() : askedAt,
                        lapsed ? before.lease() + 1 : before.lease());
        first.countDown();
    }

    /**
     * Lets no write in any more, and acknowledges none.
     *
     * @return whether none is under way
     */
    boolean close() {
        known = Knowledge.none(known.lease() + 1);
        first.countDown();
        return underWay.isEmpty();
    }

    /** How many writes are under way that the mode covers, those included that take too long. */
    int coveredUnderWay() {
        Knowledge now = known;
        return (int) underWay.stream().filter(permit -> isCovered(now, permit.repository)).count();
    }
}
