package io.berth.object.s3.bucket;

import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectStoreException.PreconditionFailed;
import io.berth.object.s3.bucket.S3Errors.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Repeats writes that failed, with a pause before each attempt. A request without a response may
 * have been carried out, or may still be; so before a conditional write is repeated, the object is
 * read. Throws {@code Unavailable} when the write was not carried out, {@code OutcomeUnknown} when
 * it may have been.
 */
public final class Retries {

    private static final int MAX_ATTEMPTS = 3;

    /** Of several concurrent writers, all but one get a conflict and have to repeat. */
    private static final int MAX_CONFLICTS = 12;

    private static final long PAUSE_MILLIS = 100;

    /** Time after which no attempt of a request that moves few bytes begins. */
    private static final Duration SHORT_WRITE = Duration.ofSeconds(30);

    /** The outcome of a request without a response, as far as reading the object shows it. */
    enum Outcome {
        /** The request was carried out. */
        DONE,
        /** Nothing changed; it can be repeated. */
        UNCHANGED,
        /** Something else was written. */
        UNKNOWN
    }

    private Retries() {}

    /**
     * Makes an idempotent write.
     *
     * @throws SdkException when an object that the request names does not exist
     */
    static <T> T repeat(ObjectKey key, Supplier<T> request) {
        return repeat(key, SHORT_WRITE, request);
    }

    /**
     * Makes an idempotent write.
     *
     * @param limit time after which no attempt begins
     * @throws SdkException when an object that the request names does not exist
     */
    public static <T> T repeat(ObjectKey key, Duration limit, Supplier<T> request) {
        Instant deadline = Instant.now().plus(limit);
        boolean doubtful = false;
        for (int attempt = 1; ; attempt++) {
            try {
                return request.get();
            } catch (SdkException e) {
                Kind kind = S3Errors.kind(e);
                if (kind == Kind.NOT_FOUND) {
                    throw e;
                }
                doubtful |= kind == Kind.UNKNOWN;
                pauseOrThrow(key, attempt, deadline, doubtful, e);
            }
        }
    }

    /**
     * Makes a write under a condition.
     *
     * @param look finds out the outcome of a request without a response; may throw
     * @throws PreconditionFailed when the server says that the condition does not hold, or that
     *     there is no object
     */
    static void conditional(ObjectKey key, Runnable request, Supplier<Outcome> look) {
        Instant deadline = Instant.now().plus(SHORT_WRITE);
        boolean doubtful = false;
        for (int attempt = 1; ; attempt++) {
            try {
                request.run();
                return;
            } catch (SdkException e) {
                Kind kind = S3Errors.kind(e);
                doubtful |= kind == Kind.UNKNOWN;
                if (doubtful) {
                    switch (look(key, look, e)) {
                        case DONE -> {
                            return;
                        }
                        case UNCHANGED -> {
                            // Repeat it. If the first one arrives late, the condition refuses one
                            // of them.
                        }
                        case UNKNOWN -> throw S3Errors.unknown(key, e);
                    }
                } else if (kind == Kind.NOT_FOUND || kind == Kind.PRECONDITION_FAILED) {
                    throw new PreconditionFailed(key);
                }
                pauseOrThrow(key, attempt, deadline, doubtful, e);
            }
        }
    }

    private static Outcome look(ObjectKey key, Supplier<Outcome> look, SdkException failure) {
        try {
            return look.get();
        } catch (ObjectStoreException e) {
            failure.addSuppressed(e);
            throw S3Errors.unknown(key, failure);
        }
    }

    /** Waits before the next attempt, or throws when this was the last. */
    private static void pauseOrThrow(
            ObjectKey key, int attempt, Instant deadline, boolean doubtful, SdkException failure) {
        int attempts =
                switch (S3Errors.kind(failure)) {
                    case REJECTED -> 1;
                    case CONFLICT -> MAX_CONFLICTS;
                    default -> MAX_ATTEMPTS;
                };
        if (attempt >= attempts || Instant.now().isAfter(deadline) || !pause(attempt)) {
            throw doubtful ? S3Errors.unknown(key, failure) : S3Errors.writing(key, failure);
        }
    }

    /** Waits with exponential backoff and jitter; {@code false} when the thread is interrupted. */
    private static boolean pause(int attempt) {
        long longest = PAUSE_MILLIS << Math.min(attempt, 4);
        try {
            Thread.sleep(longest / 4 + ThreadLocalRandom.current().nextLong(longest));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
