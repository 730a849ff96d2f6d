package io.berth.object.s3.probe;

import io.berth.concurrent.TaskGroup;
import io.berth.object.ObjectKey;
import io.berth.object.s3.bucket.Bucket;
import io.berth.object.s3.bucket.S3Capabilities;
import io.berth.object.s3.bucket.S3Capabilities.Ability;
import io.berth.object.s3.bucket.S3Capabilities.Trial;
import io.berth.object.s3.bucket.S3SetupException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what a server can do, because servers that implement S3 differ. The trials run
 * concurrently and take about as long as six requests. Each is repeated for several seconds until
 * it has a result; a trial without one is unclear. The objects are deleted at the end; a crash
 * leaves them, which does no harm.
 */
public final class CapabilityProbe {

    private static final Logger log = LoggerFactory.getLogger(CapabilityProbe.class);

    private static final int MAX_ATTEMPTS = 6;

    /**
     * Time after which no attempt begins, so that a server that does not respond does not delay the
     * start.
     */
    private static final Duration LAST_ATTEMPT = Duration.ofSeconds(10);

    /** The longest pause before the second attempt; it doubles before each further one. */
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Bucket bucket;
    private final ProbeObjects objects;
    private S3Capabilities known;

    private CapabilityProbe(Bucket bucket, ObjectKey folder, S3Capabilities known) {
        this.bucket = bucket;
        this.objects =
                new ProbeObjects(bucket, ObjectKey.of(folder.value() + "/" + UUID.randomUUID()));
        this.known = known;
    }

    /**
     * Makes all trials.
     *
     * @param folder prefix of the objects that are written
     * @throws S3SetupException when the bucket cannot be used
     */
    public static S3Capabilities run(Bucket bucket, ObjectKey folder) {
        return rerun(bucket, folder, S3Capabilities.UNKNOWN);
    }

    /**
     * Makes the trials that are unclear.
     *
     * @param folder prefix of the objects that are written
     * @return the capabilities with the new results
     * @throws S3SetupException when the bucket cannot be used
     */
    public static S3Capabilities rerun(Bucket bucket, ObjectKey folder, S3Capabilities known) {
        CapabilityProbe probe = new CapabilityProbe(bucket, folder, known);
        probe.run();
        log.info("bucket {}: {}", bucket.name(), probe.known);
        return probe.known;
    }

    private void run() {
        try {
            retried(
                    () -> {
                        objects.make(objects.first());
                        return Set.of();
                    });
        } catch (InconclusiveException e) {
            throw SetupProblems.of(bucket.settings(), e.error());
        }
        try {
            runUnclear();
        } finally {
            run(Trial.BATCH_DELETE);
            if (!known.has(Ability.BATCH_DELETE)) {
                new DeleteTrial(objects).deleteEach();
            }
        }
    }

    private void runUnclear() {
        Set<Trial> unclear = EnumSet.noneOf(Trial.class);
        unclear.addAll(known.unclear());
        unclear.remove(Trial.BATCH_DELETE);
        TaskGroup tasks = new TaskGroup(Trial.values().length);
        try {
            unclear.forEach(trial -> tasks.run(() -> run(trial)));
            tasks.await();
        } catch (IllegalStateException e) {
            throw e.getCause() instanceof S3SetupException problem ? problem : e;
        } finally {
            tasks.cancel();
        }
    }

    private void run(Trial trial) {
        try {
            Set<Ability> found = retried(() -> attempt(trial));
            synchronized (this) {
                known = known.with(trial, found);
            }
        } catch (InconclusiveException e) {
            log.debug("trial {} has no result", trial, e);
            if (e.isServerError()) {
                synchronized (this) {
                    known = known.withFailure(trial);
                }
            }
        }
    }

    private Set<Ability> attempt(Trial trial) {
        return switch (trial) {
            case CREATE -> new ConditionTrials(objects).create();
            case REPLACE -> new ConditionTrials(objects).replace();
            case DELETE -> new ConditionTrials(objects).delete();
            case MULTIPART -> new TransferTrials(objects).multipart();
            case COPY -> new TransferTrials(objects).copy();
            case CHECKSUM -> new TransferTrials(objects).checksum();
            case LISTING -> new ListingTrial(objects).list();
            case PRESIGNED_URL -> new PresignedUrlTrial(objects).get();
            case BATCH_DELETE -> new DeleteTrial(objects).batchDelete();
        };
    }

    /**
     * @throws InconclusiveException of the last attempt
     */
    private static Set<Ability> retried(Supplier<Set<Ability>> trial) {
        long begin = System.nanoTime();
        for (int attempt = 1; ; attempt++) {
            try {
                return trial.get();
            } catch (InconclusiveException e) {
                boolean late = System.nanoTime() - begin > LAST_ATTEMPT.toNanos();
                if (attempt == MAX_ATTEMPTS || late) {
                    throw e;
                }
                pause(attempt, e);
            }
        }
    }

    private static void pause(int attempt, InconclusiveException failure) {
        long most = PAUSE.toMillis() << (attempt - 1);
        try {
            Thread.sleep(most / 2 + ThreadLocalRandom.current().nextLong(most / 2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure;
        }
    }
}
