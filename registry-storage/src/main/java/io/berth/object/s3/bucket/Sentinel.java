package io.berth.object.s3.bucket;

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
 * An object whose presence shows that the bucket was not emptied, deleted or recreated since the
 * store was opened. A check is one GET, so its result is reused for a time: a short one before an
 * object is reported absent, because clients act upon that; a longer one before a write, because a
 * deleted bucket refuses writes itself. Concurrent checks share one request. Thread-safe.
 */
public final class Sentinel {

    /** How long the result of a check is reused before an object is reported absent. */
    public static final Duration ABSENCE = Duration.ofSeconds(2);

    /**
     * How long the result of a check is reused before a write. Longer than the interval of the
     * health check, so that the checks of the latter suffice for writes.
     */
    public static final Duration WRITE = Duration.ofSeconds(15);

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Expected(ObjectKey key, byte[] content) {}

    private final Bucket bucket;
    private final LongSupplier nanos;
    private volatile @Nullable Expected expected;

    /** Start of the last successful check; {@code null}: the last check found no valid sentinel. */
    private volatile @Nullable Long seen;

    /** The check that is under way; its result is the failure, if there was one. */
    private final AtomicReference<@Nullable CompletableFuture<Optional<Unavailable>>> check =
            new AtomicReference<>();

    Sentinel(Bucket bucket, LongSupplier nanos) {
        this.bucket = bucket;
        this.nanos = nanos;
    }

    /** Sets the sentinel, which the caller has just read or written. */
    public void set(ObjectKey key, byte[] content) {
        expected = new Expected(key, content);
        seen = nanos.getAsLong();
    }

    public boolean isSet() {
        return expected != null;
    }

    /**
     * The error for an object that was not found.
     *
     * @throws Unavailable when the sentinel is missing, too
     */
    public NotFound absent(ObjectKey key) {
        requireWithin(ABSENCE);
        return new NotFound(key);
    }

    /** Checks the sentinel before an empty listing, unless it was seen within {@link #ABSENCE}. */
    void requireForAbsence() {
        requireWithin(ABSENCE);
    }

    /** Checks the sentinel before a write, unless it was seen within {@link #WRITE}. */
    public void requireForWrite() {
        requireWithin(WRITE);
    }

    private void requireWithin(Duration age) {
        Long last = seen;
        if (last == null || nanos.getAsLong() - last > age.toNanos()) {
            require();
        }
    }

    /**
     * Checks the sentinel now. Does nothing when none is set.
     *
     * @throws Unavailable when the sentinel is missing, has other content, or cannot be read
     */
    public void require() {
        Expected sentinel = expected;
        if (sentinel == null) {
            return;
        }
        CompletableFuture<Optional<Unavailable>> mine = new CompletableFuture<>();
        CompletableFuture<Optional<Unavailable>> running = check.compareAndExchange(null, mine);
        if (running == null) {
            try {
                mine.complete(failure(sentinel));
            } finally {
                check.set(null);
                // Has no effect unless the check ended with an Error.
                mine.complete(Optional.of(failed(sentinel, "could not be checked", null)));
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
            byte[] found = bucket.readUnguarded(sentinel.key(), sentinel.content().length).bytes();
            if (Arrays.equals(found, sentinel.content())) {
                seen = begin;
                return Optional.empty();
            }
            return Optional.of(otherContent(sentinel));
        } catch (TooLong e) {
            return Optional.of(otherContent(sentinel));
        } catch (NotFound e) {
            seen = null;
            return Optional.of(failed(sentinel, "is missing", e));
        } catch (ObjectStoreException e) {
            return Optional.of(failed(sentinel, "cannot be read", e));
        }
    }

    private Unavailable otherContent(Expected sentinel) {
        seen = null;
        return failed(sentinel, "has another content", null);
    }

    private static Unavailable failed(Expected sentinel, String how, @Nullable Throwable cause) {
        return new Unavailable(
                sentinel.key().value(),
                "the bucket cannot be used: its owner marker " + how,
                cause);
    }
}
