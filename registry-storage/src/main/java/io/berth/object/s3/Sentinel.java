package io.berth.object.s3;

import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.ObjectStoreException.TooLong;
import io.berth.object.ObjectStoreException.Unavailable;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The object that tells the bucket which was opened from one that was emptied, deleted, or made
 * again. Looking at it takes a request, so having seen it counts for a while: for less where
 * something is to be called absent, which clients act upon, for more where something is to be
 * written, which a bucket that is gone refuses by itself. Those who ask at the same time share one
 * look. Safe for many threads.
 */
final class Sentinel {

    /** One request in this time at the most is what absent objects cost. */
    static final Duration ABSENCE = Duration.ofSeconds(2);

    /** More than an interval of the health check, whose looks then suffice for writes. */
    static final Duration WRITE = Duration.ofSeconds(15);

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Expected(ObjectKey key, byte[] content) {}

    private final Bucket bucket;
    private final LongSupplier nanos;
    private volatile @Nullable Expected expected;

    /** When the last look that found it began; {@code null}: it was not there. */
    private volatile @Nullable Long seen;

    /** A look that is under way; its result is the failure, if there was one. */
    private final AtomicReference<@Nullable CompletableFuture<Optional<Unavailable>>> look =
            new AtomicReference<>();

    Sentinel(Bucket bucket, LongSupplier nanos) {
        this.bucket = bucket;
        this.nanos = nanos;
    }

    /** It has just been read or written by the caller. */
    void set(ObjectKey key, byte[] content) {
        expected = new Expected(key, content);
        seen = nanos.getAsLong();
    }

    boolean isSet() {
        return expected != null;
    }

    /**
     * What is to be said of an object that is not there.
     *
     * @throws Unavailable when that says nothing
     */
    NotFound absent(ObjectKey key) {
        requireFor(ABSENCE);
        return new NotFound(key);
    }

    /** Before a listing shows nothing. */
    void requireForAbsence() {
        requireFor(ABSENCE);
    }

    void requireForWrite() {
        requireFor(WRITE);
    }

    private void requireFor(Duration trust) {
        Long last = seen;
        if (last == null || nanos.getAsLong() - last > trust.toNanos()) {
            require();
        }
    }

    /**
     * Looks at it, whenever it was seen.
     *
     * @throws Unavailable when it was set and is not there, holds something else, or cannot be read
     */
    void require() {
        Expected sentinel = expected;
        if (sentinel == null) {
            return;
        }
        CompletableFuture<Optional<Unavailable>> mine = new CompletableFuture<>();
        CompletableFuture<Optional<Unavailable>> running = look.compareAndExchange(null, mine);
        if (running == null) {
            try {
                mine.complete(failure(sentinel));
            } finally {
                look.set(null);
                // Without effect unless the look ended by an Error.
                mine.complete(Optional.of(failed(sentinel, "a look at it failed", null)));
            }
            running = mine;
        }
        Optional<Unavailable> failure = running.join();
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    private Optional<Unavailable> failure(Expected sentinel) {
        long begin = nanos.getAsLong();
        try {
            byte[] found = bucket.readAsIs(sentinel.key(), sentinel.content().length).bytes();
            if (Arrays.equals(found, sentinel.content())) {
                seen = begin;
                return Optional.empty();
            }
            return Optional.of(another(sentinel));
        } catch (TooLong e) {
            return Optional.of(another(sentinel));
        } catch (NotFound e) {
            seen = null;
            return Optional.of(failed(sentinel, "its owner marker is missing", e));
        } catch (ObjectStoreException e) {
            return Optional.of(failed(sentinel, "its owner marker cannot be read", e));
        }
    }

    private Unavailable another(Expected sentinel) {
        seen = null;
        return failed(sentinel, "its owner marker is another", null);
    }

    private static Unavailable failed(Expected sentinel, String why, @Nullable Throwable cause) {
        return new Unavailable(
                sentinel.key().value(),
                "the bucket cannot be reached or is not as it was, for " + why,
                cause);
    }
}
