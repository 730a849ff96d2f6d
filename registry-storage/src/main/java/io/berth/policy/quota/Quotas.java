package io.berth.policy.quota;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.berth.error.RegistryException;
import io.berth.name.RepositoryName;
import io.berth.policy.RefusalCounter;
import io.berth.policy.RefusalCounter.Refusal;
import io.berth.policy.quota.Quota.Kind;
import io.berth.registry.RepositoryMeter;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The quotas of all repositories, with an {@link Estimate} of what each holds, in the memory of
 * this process. Counts and logs what is refused, and what comes near a limit. Safe for use by many
 * threads.
 */
public final class Quotas {

    private static final Logger log = LoggerFactory.getLogger(Quotas.class);

    private static final String POLICY = "quotas";

    /** Estimates that are kept, of some hundred bytes each. */
    private static final int MAX_ESTIMATES = 20_000;

    /** The pause between two lines of the log about the same limit. */
    private static final Duration LOG_PAUSE = Duration.ofHours(1);

    private record Subject(Kind kind, RepositoryName repository) {}

    private final Supplier<List<QuotaRule>> rules;
    private final RefusalCounter counter;
    private final LoadingCache<Subject, Estimate> estimates;
    private final Cache<Subject, Boolean> logged =
            Caffeine.newBuilder()
                    .executor(Runnable::run)
                    .maximumSize(MAX_ESTIMATES)
                    .expireAfterWrite(LOG_PAUSE)
                    .build();

    /**
     * @param rules the current ones; must not block
     * @param counter counts what is refused, and what comes near a limit
     */
    public Quotas(Supplier<List<QuotaRule>> rules, RepositoryMeter meter, RefusalCounter counter) {
        this(rules, meter, counter, System::nanoTime);
    }

    Quotas(
            Supplier<List<QuotaRule>> rules,
            RepositoryMeter meter,
            RefusalCounter counter,
            LongSupplier nanoTime) {
        this.rules = rules;
        this.counter = counter;
        this.estimates =
                Caffeine.newBuilder()
                        .executor(Runnable::run)
                        .maximumSize(MAX_ESTIMATES)
                        .build(subject -> new Estimate(() -> measure(meter, subject), nanoTime));
    }

    private static long measure(RepositoryMeter meter, Subject subject) {
        return switch (subject.kind) {
            case BYTES -> meter.bytes(subject.repository);
            case TAGS -> meter.tags(subject.repository);
        };
    }

    /** The limit of a repository; {@code null} when it has none. */
    @Nullable Quota of(Kind kind, RepositoryName repository) {
        QuotaRule rule = Quota.strictest(rules.get(), kind, repository);
        Subject subject = new Subject(kind, repository);
        if (rule == null) {
            estimates.invalidate(subject); // what is added now would be missing in it
            return null;
        }
        return new Quota(rule, kind, repository, estimates.get(subject));
    }

    /**
     * @throws RegistryException DENIED when the repository has no room
     */
    void requireRoom(Quota quota, long amount) {
        if (!quota.estimate().hasRoom(amount, quota.limit())) {
            throw refused(quota, amount);
        }
    }

    /** Reserves room, to be settled; {@code false} when there is none. */
    boolean reserve(Quota quota, long amount) {
        if (!quota.estimate().reserve(amount, quota.limit())) {
            return false;
        }
        if (quota.isNearlyUsedUp()) {
            warn(quota);
        }
        return true;
    }

    private void warn(Quota quota) {
        counter.add(new Refusal(POLICY, quota.rule().name(), quota.kind().wireName(), false));
        Subject subject = new Subject(quota.kind(), quota.repository());
        if (logged.asMap().putIfAbsent(subject, true) == null) {
            log.warn(
                    "{} holds {} of the {} that quota \"{}\" allows; pushes beyond are refused",
                    quota.repository(),
                    quota.kind().text(quota.estimate().sum()),
                    quota.kind().text(quota.limit()),
                    quota.rule().name());
        }
    }

    RegistryException refused(Quota quota, long amount) {
        counter.add(new Refusal(POLICY, quota.rule().name(), quota.kind().wireName(), true));
        return quota.refusal(amount);
    }

    /** Something was removed from a repository. */
    void removed(Kind kind, RepositoryName repository) {
        Estimate estimate = estimates.getIfPresent(new Subject(kind, repository));
        if (estimate != null) {
            estimate.removed();
        }
    }
}
