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
 * once, and the former writer loses that role; any other request waits until there is no writer.
 * While the writer publishes, all others wait, also those that may take over. A session that has
 * ended has no writer.
 *
 * <p>The caller must hold the lock, except for {@link #hasEnded}, {@link #requireNotEnded} and the
 * methods that take the lock themselves.
 */
final class WriterLock {

    private final UploadId id;
    private final Duration timeout;

    private final TimedLock lock = new TimedLock();
    private final Condition free = lock.newCondition();

    private @Nullable StoredUpload writer;
    private boolean publishing;
    private volatile boolean ended;

    /**
     * @param timeout how long a request waits for the lock, or for a writer that it may not take
     *     over from
     */
    WriterLock(UploadId id, Duration timeout) {
        this.id = id;
        this.timeout = timeout;
    }

    void lock() {
        lock.lock();
    }

    boolean tryLock() {
        return lock.tryLock();
    }

    /** Whether the lock could be taken in time. */
    boolean tryLock(Duration time) {
        return lock.tryAcquire(time);
    }

    /**
     * Waits for the lock, up to the timeout.
     *
     * @throws Unavailable when another request holds it for longer, because the store does not
     *     respond
     */
    void lockWithTimeout() {
        lock.acquire(timeout, id);
    }

    void unlock() {
        lock.unlock();
    }

    /**
     * Waits until the request can become the writer, or the session has ended. Releases the lock
     * while it waits.
     *
     * @param request {@code null}: a request that is not the writer
     * @param takesOver whether the request may take over from a writer that does not publish
     * @throws RegistryException BLOB_UPLOAD_OUT_OF_ORDER when the wait exceeds the timeout
     */
    void awaitTurn(@Nullable StoredUpload request, boolean takesOver) {
        long left = timeout.toNanos();
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

    /** Takes the lock and does a step, if the request is the writer; otherwise does nothing. */
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

    /** Ends the publishing; the caller must release the writer next. */
    void endPublishing() {
        publishing = false;
    }

    /** Whether there is a writer that does not publish. */
    boolean canTakeOver() {
        return writer != null && !publishing;
    }

    /** Whether there is no writer and the session has not ended. */
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
