package io.berth.object.s3;

import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectStoreException.PreconditionFailed;
import io.berth.object.s3.Failures.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Tries a write until it is known how it went. A request whose answer is lost may have been carried
 * out, or may be later; so before it is repeated somebody has to say what repeating it would mean.
 */
final class Attempts {

    private static final int TRIES = 3;

    /** Of those who collide with each other, all but one have to try again. */
    private static final int COLLISIONS = 12;

    private static final long PAUSE_MILLIS = 100;

    /** No attempt begins later, where all moves few bytes: somebody waits. */
    private static final Duration LONGEST = Duration.ofSeconds(30);

    /** What became of a request that got no answer. */
    enum Found {
        /** What it was to do is done. */
        DONE,
        /** Nothing changed; it may be repeated. */
        NOTHING,
        /** Something else changed. */
        UNCLEAR
    }

    private Attempts() {}

    /**
     * A write that can be repeated, for it ends in the same whatever came of it before.
     *
     * @throws SdkException when the server has no object of a name in the request
     */
    static <T> T repeat(ObjectKey key, Supplier<T> request) {
        return repeat(key, LONGEST, request);
    }

    /**
     * @param longest no attempt begins later
     */
    static <T> T repeat(ObjectKey key, Duration longest, Supplier<T> request) {
        Instant deadline = Instant.now().plus(longest);
        boolean doubtful = false;
        for (int attempt = 1; ; attempt++) {
            try {
                return request.get();
            } catch (SdkException e) {
                Kind kind = Failures.kind(e);
                if (kind == Kind.ABSENT) {
                    throw e;
                }
                doubtful |= kind == Kind.UNKNOWN;
                pauseOrThrow(key, attempt, deadline, doubtful, e);
            }
        }
    }

    /**
     * A write that a condition guards.
     *
     * @param look finds out what became of a request that got no answer; may throw when it cannot
     * @throws PreconditionFailed when the server says that the condition does not hold, or that
     *     there is no object
     */
    static void guarded(ObjectKey key, Runnable request, Supplier<Found> look) {
        Instant deadline = Instant.now().plus(LONGEST);
        boolean doubtful = false;
        for (int attempt = 1; ; attempt++) {
            try {
                request.run();
                return;
            } catch (SdkException e) {
                Kind kind = Failures.kind(e);
                doubtful |= kind == Kind.UNKNOWN;
                if (doubtful) {
                    switch (look(key, look, e)) {
                        case DONE -> {
                            return;
                        }
                        case NOTHING -> {
                            // It did not arrive, or not yet: the condition lets only one through.
                        }
                        case UNCLEAR -> throw Failures.unknown(key, e);
                    }
                } else if (kind == Kind.ABSENT || kind == Kind.PRECONDITION) {
                    throw new PreconditionFailed(key);
                }
                pauseOrThrow(key, attempt, deadline, doubtful, e);
            }
        }
    }

    private static Found look(ObjectKey key, Supplier<Found> look, SdkException failure) {
        try {
            return look.get();
        } catch (ObjectStoreException e) {
            failure.addSuppressed(e);
            throw Failures.unknown(key, failure);
        }
    }

    /** Waits a little before the next attempt, unless this was the last. */
    private static void pauseOrThrow(
            ObjectKey key, int attempt, Instant deadline, boolean doubtful, SdkException failure) {
        int tries =
                switch (Failures.kind(failure)) {
                    case REFUSED -> 1;
                    case CONFLICT -> COLLISIONS;
                    default -> TRIES;
                };
        if (attempt >= tries || Instant.now().isAfter(deadline) || !pause(attempt)) {
            throw doubtful ? Failures.unknown(key, failure) : Failures.writing(key, failure);
        }
    }

    /** Longer each time, and never the same for two; {@code false} when there is no time left. */
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
