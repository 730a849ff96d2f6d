package io.berth.object.s3;

import io.berth.concurrent.TaskGroup;
import io.berth.object.ObjectKey;
import io.berth.object.s3.S3Capabilities.Ability;
import io.berth.object.s3.S3Capabilities.Trial;
import io.berth.object.s3.Trials.UnclearException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries out what a server does, for servers that speak the protocol differ, and so do versions of
 * one. The trials run side by side: about as long as six requests. Each ends in yes, in no, or,
 * after some attempts over several seconds, without a result; what is unclear is left to be tried
 * again. The keys are removed again; of a process that dies meanwhile they are left, and are
 * harmless.
 */
final class Probe {

    private static final Logger log = LoggerFactory.getLogger(Probe.class);

    private static final int ATTEMPTS = 6;

    /** No attempt begins later: where nothing answers, the start need not take minutes. */
    private static final Duration LONGEST = Duration.ofSeconds(10);

    /** Before the second attempt at the most; twice as long before each that follows. */
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Bucket bucket;
    private final Trials trials;
    private S3Capabilities known;

    private Probe(Bucket bucket, ObjectKey probes, S3Capabilities known) {
        this.bucket = bucket;
        this.trials = new Trials(bucket, ObjectKey.of(probes.value() + "/" + UUID.randomUUID()));
        this.known = known;
    }

    /**
     * @throws S3SetupException when the bucket cannot be used
     */
    static S3Capabilities run(Bucket bucket, ObjectKey probes) {
        return again(bucket, probes, S3Capabilities.UNKNOWN);
    }

    /**
     * Tries out what is unclear.
     *
     * @throws S3SetupException when the bucket cannot be used
     */
    static S3Capabilities again(Bucket bucket, ObjectKey probes, S3Capabilities known) {
        Probe probe = new Probe(bucket, probes, known);
        probe.run();
        log.info("bucket {}: {}", bucket.name(), probe.known);
        return probe.known;
    }

    private void run() {
        try {
            persistently(
                    () -> {
                        trials.first();
                        return Set.of();
                    });
        } catch (UnclearException e) {
            throw SetupProblems.of(bucket.options(), e.failure());
        }
        try {
            runUnclear();
        } finally {
            tryOut(Trial.BATCH_DELETE);
            if (!known.has(Ability.BATCH_DELETE)) {
                trials.removeEach();
            }
        }
    }

    private void runUnclear() {
        Set<Trial> unclear = EnumSet.noneOf(Trial.class);
        unclear.addAll(known.unclear());
        unclear.remove(Trial.BATCH_DELETE);
        TaskGroup lanes = new TaskGroup(Trial.values().length);
        try {
            unclear.forEach(trial -> lanes.run(() -> tryOut(trial)));
            lanes.await();
        } catch (IllegalStateException e) {
            throw e.getCause() instanceof S3SetupException problem ? problem : e;
        } finally {
            lanes.cancel();
        }
    }

    private void tryOut(Trial trial) {
        try {
            Set<Ability> found = persistently(() -> request(trial));
            synchronized (this) {
                known = known.with(trial, found);
            }
        } catch (UnclearException e) {
            log.debug("trial {} came to no result", trial, e);
            if (e.isAnswer()) {
                synchronized (this) {
                    known = known.withFailure(trial);
                }
            }
        }
    }

    private Set<Ability> request(Trial trial) {
        return switch (trial) {
            case CREATE -> trials.create();
            case REPLACE -> trials.replace();
            case DELETE -> trials.delete();
            case MULTIPART -> trials.multipart();
            case COPY -> trials.copy();
            case LISTING -> trials.listing();
            case CHECKSUM -> trials.checksum();
            case LINK -> trials.link();
            case BATCH_DELETE -> trials.batchDelete();
        };
    }

    /**
     * @throws UnclearException of the last attempt
     */
    private static Set<Ability> persistently(Supplier<Set<Ability>> trial) {
        long begin = System.nanoTime();
        for (int attempt = 1; ; attempt++) {
            try {
                return trial.get();
            } catch (UnclearException e) {
                if (attempt == ATTEMPTS || System.nanoTime() - begin > LONGEST.toNanos()) {
                    throw e;
                }
                pause(attempt, e);
            }
        }
    }

    private static void pause(int attempt, UnclearException failure) {
        long most = PAUSE.toMillis() << (attempt - 1);
        try {
            Thread.sleep(most / 2 + ThreadLocalRandom.current().nextLong(most / 2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure;
        }
    }
}
