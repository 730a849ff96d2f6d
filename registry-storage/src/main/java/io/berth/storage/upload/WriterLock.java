package io.berth.storage.upload;

import io.berth.concurrent.TimedLock;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.UploadId;
import io.berth.object.ObjectStoreException.Unavailable;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which request may write to an upload session, and the lock that guards this and the session's
 * fields.
 *
 * <p>One request at a time is the <b>writer</b>. A request that may take over becomes the writer at
 * once, and the one before has lost that role; any other waits until there is no writer. While the
 * writer publishes all wait, also those that may take over. After the session has ended there is no
 * writer any more.
 *
 * <p>Every method that does not take the lock itself needs it to be held, except {@link #hasEnded}
 * and {@link #requireNotEnded}.
 */
final class WriterLock {

    private final UploadId id;
    private final Duration patience;

    private final TimedLock lock = new TimedLock();
    private final Condition free = lock.newCondition();

    private @Nullable StoredUpload writer;
    private boolean publishing;
    private volatile boolean ended;

    /**
     * @param patience how long a request waits for another one that works in the store, or that
     *     cannot be taken over from
     */
    WriterLock(UploadId id, Duration patience) {
        this.id = id;
        this.patience = patience;
    }

    void lock() {
        lock.lock();
    }

    boolean tryLock() {
        return lock.tryLock();
    }

    /** Whether the lock could be taken within that time. */
    boolean tryLock(Duration time) {
        return lock.tryAcquire(time);
    }

    /**
     * Waits for the lock.
     *
     * @throws Unavailable when another request keeps it for too long, because the store does not
     *     answer
     */
    void lockPatiently() {
        lock.acquire(patience, id);
    }

    void unlock() {
        lock.unlock();
    }

    /**
     * Waits until the request can become the writer, or the session has ended. Gives up the lock
     * while it waits.
     *
     * @param request {@code null}: one that is not the writer
     * @param takesOver from another writer, unless that publishes
     * @throws RegistryException BLOB_UPLOAD_OUT_OF_ORDER when that lasts too long
     */
    void awaitTurn(@Nullable StoredUpload request, boolean takesOver) {
        long left = patience.toNanos();
        while (!ended && (publishing || (writer != null && writer != request && !takesOver))) {
            if (left <= 0) {
                throw outOfOrder("another request is working on this upload");
            }
            try {
                left = free.awaitNanos(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw outOfOrder("another request is working on this upload");
            }
        }
    }

    void makeWriter(StoredUpload request) {
        writer = request;
    }

    @Nullable StoredUpload writer() {
        return writer;
    }

    private boolean isWriter(StoredUpload request) {
        return writer == request && !ended;
    }

    /**
     * @throws RegistryException BLOB_UPLOAD_UNKNOWN when the session has ended;
     *     BLOB_UPLOAD_OUT_OF_ORDER when another request has taken over
     */
    void requireWriter(StoredUpload request) {
        requireNotEnded();
        if (!isWriter(request)) {
            throw outOfOrder("another request has taken over this upload");
        }
    }

    /** Lets another request become the writer. */
    void release() {
        writer = null;
        free.signalAll();
    }

    /**
     * Takes the lock for a step of the writer.
     *
     * @return what the step returns
     * @throws RegistryException as {@link #requireWriter} says; then the step is not done
     */
    <T> T asWriter(StoredUpload request, Supplier<T> step) {
        lock.lock();
        try {
            requireWriter(request);
            return step.get();
        } finally {
            lock.unlock();
        }
    }

    /** Takes the lock for a step of the writer, which is not done if this request is not it. */
    void ifWriter(StoredUpload request, Runnable step) {
        lock.lock();
        try {
            if (isWriter(request)) {
                step.run();
            }
        } finally {
            lock.unlock();
        }
    }

    /** From here on no request takes over from the writer. */
    void beginPublishing() {
        publishing = true;
    }

    /** The writer has to be released next. */
    void endPublishing() {
        publishing = false;
    }

    /** Whether there is a writer, and it does not publish. */
    boolean canTakeOver() {
        return writer != null && !publishing;
    }

    /** Whether there is no writer, and may be one. */
    boolean isFree() {
        return writer == null && !publishing && !ended;
    }

    void end() {
        ended = true;
        release();
    }

    boolean hasEnded() {
        return ended;
    }

    /**
     * @throws RegistryException BLOB_UPLOAD_UNKNOWN
     */
    void requireNotEnded() {
        if (ended) {
            throw Uploads.unknown();
        }
    }

    private static RegistryException outOfOrder(String message) {
        return new RegistryException(ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER, message);
    }
}
