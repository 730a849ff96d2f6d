package io.berth.storage.upload;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import io.berth.object.ObjectStoreException;
import io.berth.registry.UploadChunk;
import io.berth.storage.upload.SessionBytes.Progress;
import io.berth.storage.upload.SessionBytes.RollbackPoint;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An upload session that requests of this process use. All requests on one session share one such
 * object, and so one handle on the staged bytes.
 *
 * <p>One request at a time is the writer ({@link WriterLock}). Another one takes over when its
 * chunk has an offset at which the session ends, or when it commits, because then the digest is
 * verified. From that moment the former writer changes nothing: it takes the lock for each step,
 * and checks that it still is the writer. The bytes that it had added stay in the session.
 *
 * <p>Safe for use by many threads. The lock is held while the store adds bytes, but neither while a
 * request waits for its client nor while the bytes are published.
 */
final class UploadSession {

    /** Longer than a step without a request to the store takes. */
    private static final Duration MOMENT = Duration.ofMillis(200);

    private final Uploads uploads;
    private final RepositoryName repository;
    private final UploadId id;
    private final WriterLock lock;

    /** {@code null} while the session is not looked up, or closed. */
    private volatile @Nullable Progress progress;

    /** {@code null} while the session is closed. */
    private @Nullable SessionBytes bytes;

    private final CheckpointLimit checkpoints = new CheckpointLimit();

    /**
     * @param timeout how long a request waits for a writer that it may not take over from
     */
    UploadSession(Uploads uploads, RepositoryName repository, UploadId id, Duration timeout) {
        this.uploads = uploads;
        this.repository = repository;
        this.id = id;
        this.lock = new WriterLock(id, timeout);
    }

    /** Makes this a new session without bytes. */
    void begin() {
        bytes = SessionBytes.none(uploads, repository, id);
        progress = bytes.progress();
    }

    /**
     * The progress of the session, which is looked up in the store if no other request did. If a
     * request to the store holds the lock for longer than {@link #MOMENT}, returns the progress of
     * the last checkpoint.
     *
     * @param state the {@link Uploads#stateForClient} after the last request
     * @throws RegistryException BLOB_UPLOAD_UNKNOWN; UNAVAILABLE
     */
    Progress look(@Nullable String state) {
        lock.requireNotEnded();
        Progress known = progress;
        if (known == null) {
            lock.lockWithTimeout();
        } else if (!lock.tryLock(MOMENT)) {
            return known;
        }
        try {
            requireOpen(state);
            if (lock.canTakeOver()) {
                makeCheckpoint();
            }
            return Objects.requireNonNull(progress);
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen(@Nullable String state) {
        lock.requireNotEnded();
        if (progress == null) {
            bytes = SessionBytes.lookUp(uploads, repository, id, state);
            progress = bytes.progress();
        }
    }

    private SessionBytes bytes() {
        return Objects.requireNonNull(bytes, "the session is closed");
    }

    /**
     * Makes a checkpoint, so that a client can go on from the current size on any replica. If the
     * bytes cannot be kept, the progress stays that of the last checkpoint.
     */
    private void makeCheckpoint() {
        long size = bytes().size();
        if (checkpoints.isRecent(lock.writer(), size)) {
            progress = bytes().progress();
            return;
        }
        try {
            keep();
            checkpoints.made(lock.writer(), size);
        } catch (ObjectStoreException.BytesLost e) {
            throw e;
        } catch (ObjectStoreException e) {
            Uploads.warn(id, e);
        }
    }

    /** The progress of the session; {@code last} when the session is closed. */
    Progress progressOr(Progress last) {
        Progress known = progress;
        return known == null ? last : known;
    }

    /**
     * Adds a chunk. After a failure the session is as before, except that when reading the body
     * fails, the bytes before the failure are kept.
     *
     * @param request the request that adds the chunk
     */
    Progress append(StoredUpload request, UploadChunk chunk) throws IOException {
        RollbackPoint start = start(request, chunk, chunk.offset().isPresent());
        if (start == null) {
            throw Uploads.unknown();
        }
        add(request, chunk, start);
        return lock.asWriter(
                request,
                () -> {
                    keepAndRelease();
                    return Objects.requireNonNull(progress);
                });
    }

    private void keepAndRelease() {
        try {
            keep();
        } finally {
            lock.release();
        }
    }

    /**
     * Makes a request the writer.
     *
     * @return {@code null}: the bytes are published already
     */
    private @Nullable RollbackPoint start(
            StoredUpload request, UploadChunk chunk, boolean takesOver) {
        lock.lockWithTimeout();
        try {
            requireOpen(null);
            lock.awaitTurn(request, takesOver);
            requireOpen(null); // the session may have been closed meanwhile
            if (bytes().published() != null) {
                return null;
            }
            requireInOrder(chunk.offset());
            lock.makeWriter(request);
            return bytes().rollbackPoint();
        } finally {
            lock.unlock();
        }
    }

    private void requireInOrder(OptionalLong offset) {
        if (offset.isPresent() && offset.getAsLong() != bytes().size()) {
            makeCheckpoint(); // the client will go on from this size
            throw new RegistryException(
                    ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER,
                    ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER.message(),
                    "the chunk must begin at byte " + bytes().size());
        }
    }

    private void add(StoredUpload request, UploadChunk chunk, RollbackPoint start)
            throws IOException {
        try {
            uploads.copier().copy(chunk, (b, from, count) -> write(request, b, from, count));
        } catch (RegistryException e) {
            rollBack(request, start);
            throw e;
        } catch (IOException e) {
            lock.ifWriter(request, this::keepAndRelease);
            throw e;
        }
    }

    private void write(StoredUpload request, byte[] buffer, int offset, int length) {
        lock.lock();
        try {
            lock.requireWriter(request);
            bytes().append(buffer, offset, length);
        } catch (ObjectStoreException.BytesLost e) {
            endLost();
            throw e;
        } finally {
            lock.unlock();
        }
    }

    private void rollBack(StoredUpload request, RollbackPoint start) {
        lock.ifWriter(
                request,
                () -> {
                    try {
                        bytes().rollBackTo(start);
                        progress = bytes().progress();
                    } finally {
                        lock.release();
                    }
                });
    }

    /** Ends the writer role of a request, if it has that role. */
    void releaseWriter(StoredUpload request) {
        lock.ifWriter(request, lock::release);
    }

    /** Makes all bytes available to the next request, on any replica. */
    private void keep() {
        try {
            bytes().keep();
            progress = bytes().progress();
        } catch (ObjectStoreException.BytesLost e) {
            endLost();
            throw e;
        }
    }

    /** Ends a session whose bytes are lost: the client has to begin again. */
    private void endLost() {
        lock.lock();
        try {
            lock.end();
            uploads.ended(repository, id);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Adds a last chunk, publishes all bytes under their digest and links the blob; after a failure
     * the session is as before. Where the session has no bytes, the chunk is stored as the blob
     * directly.
     */
    Descriptor commit(StoredUpload request, Digest digest, UploadChunk last) throws IOException {
        HashAlgorithm.of(digest.algorithm()); // throws before the body is read
        RollbackPoint start = start(request, last, true);
        if (start == null) {
            return uploads.link(repository, uploads.published(repository, id, digest));
        }
        if (start.size() == 0) {
            releaseWriter(request);
            return uploads.receive(repository, digest, last);
        }
        add(request, last, start);
        return uploads.link(repository, publish(request, digest, start));
    }

    private Descriptor publish(StoredUpload request, Digest digest, RollbackPoint start)
            throws IOException {
        SessionBytes whole =
                lock.asWriter(
                        request,
                        () -> {
                            lock.beginPublishing();
                            return bytes();
                        });
        Descriptor blob = null;
        try {
            blob = whole.publish(digest);
            return blob;
        } catch (ObjectStoreException.BytesLost e) {
            endLost();
            throw e;
        } finally {
            published(request, blob, start);
        }
    }

    /**
     * Ends the publishing.
     *
     * @param blob {@code null}: publishing failed
     */
    private void published(StoredUpload request, @Nullable Descriptor blob, RollbackPoint start) {
        lock.lock();
        try {
            lock.endPublishing();
            if (blob == null) {
                rollBackIfPossible(request, start);
            } else {
                bytes().becameBlob(blob);
                uploads.rememberPublished(repository, id, blob);
                progress = bytes().progress();
            }
        } finally {
            releaseWriter(request);
            lock.unlock();
        }
    }

    /**
     * Rolls back, so that the request can be repeated. If the outcome of publishing is unknown, the
     * bytes may be a blob already and the handle is finished; the session is then closed, and the
     * next request looks it up in the store.
     */
    private void rollBackIfPossible(StoredUpload request, RollbackPoint start) {
        try {
            rollBack(request, start);
        } catch (ObjectStoreException e) {
            Uploads.warn(id, e);
        } catch (IllegalStateException e) {
            Uploads.warn(id, e);
            bytes = null;
            progress = null;
        }
    }

    /** Ends the session and removes its bytes, also while a request is adding bytes. */
    void end() {
        lock.lockWithTimeout();
        try {
            requireOpen(null);
            lock.awaitTurn(null, true);
            if (!lock.hasEnded()) {
                requireOpen(null); // the session may have been closed meanwhile
                lock.end();
                uploads.ended(repository, id);
                bytes().discard();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the session if no request uses it.
     *
     * @param drop removes the bytes
     * @return whether it was ended
     */
    boolean endIfFree(Runnable drop) {
        if (!lock.tryLock()) {
            return false;
        }
        try {
            if (progress != null || lock.hasEnded()) {
                return false;
            }
            drop.run();
            lock.end();
            uploads.ended(repository, id);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Closes the handle on the bytes if there is no writer; the next request opens it again. */
    void close() {
        lock.lock();
        try {
            if (!lock.isFree() || progress == null) {
                return;
            }
            SessionBytes open = bytes();
            bytes = null;
            progress = null;
            if (!open.close()) {
                endLost();
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        return lock.hasEnded() || progress == null;
    }
}
