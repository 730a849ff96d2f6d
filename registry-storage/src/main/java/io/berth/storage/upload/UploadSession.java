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
import io.berth.storage.upload.SessionBytes.Mark;
import io.berth.storage.upload.SessionBytes.Standing;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A session that requests of this process are working on: its bytes, and what a request does with
 * them. All requests on one session share one of these, so they share one handle on the bytes.
 *
 * <p>One request at a time is the writer ({@link WriterLock}). Another one takes over from it when
 * it says where its bytes belong and that is where the session ends, or when it commits, for then
 * the digest decides. From that moment the old one adds nothing, truncates nothing, keeps nothing:
 * each of its steps is done under the lock, after a look whether it still is the writer. What it
 * had added is part of the session.
 *
 * <p>Safe for use by many threads. The lock is held while the store adds bytes, never while a
 * client is waited for, nor while the bytes are published.
 */
final class UploadSession {

    /** Longer than a step takes that asks no store. */
    private static final Duration MOMENT = Duration.ofMillis(200);

    private final Uploads uploads;
    private final RepositoryName repository;
    private final UploadId id;
    private final WriterLock lock;

    /** {@code null} until the session was looked up. */
    private volatile @Nullable Standing standing;

    /** {@code null} while the session is closed. */
    private @Nullable SessionBytes bytes;

    private final CheckpointLimit keptForOthers = new CheckpointLimit();

    /**
     * @param patience how long a request waits for one that cannot be taken over from
     */
    UploadSession(Uploads uploads, RepositoryName repository, UploadId id, Duration patience) {
        this.uploads = uploads;
        this.repository = repository;
        this.id = id;
        this.lock = new WriterLock(id, patience);
    }

    /** A session that begins and holds nothing. */
    void begin() {
        bytes = SessionBytes.none(uploads, repository, id);
        standing = bytes.standing();
    }

    /**
     * Where the session stands. Looks it up if no other request did. Waits for a moment while the
     * store is asked for another request, and then says what was kept last.
     *
     * @param state as {@link Uploads#stateToCarry} gave it after the last request
     * @throws RegistryException BLOB_UPLOAD_UNKNOWN; UNAVAILABLE
     */
    Standing look(@Nullable String state) {
        lock.requireNotEnded();
        Standing known = standing;
        if (known == null) {
            lock.lockPatiently();
        } else if (!lock.tryLock(MOMENT)) {
            return known;
        }
        try {
            requireOpen(state);
            if (lock.canTakeOver()) {
                keepForOthers();
            }
            return Objects.requireNonNull(standing);
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen(@Nullable String state) {
        lock.requireNotEnded();
        if (standing == null) {
            bytes = SessionBytes.lookUp(uploads, repository, id, state);
            standing = bytes.standing();
        }
    }

    private SessionBytes bytes() {
        return Objects.requireNonNull(bytes, "the session is closed");
    }

    /**
     * From what came so far a client may go on. Where it cannot be kept, an older count is true.
     */
    private void keepForOthers() {
        long size = bytes().size();
        if (keptForOthers.isEnough(lock.writer(), size)) {
            standing = bytes().standing();
            return;
        }
        try {
            keep();
            keptForOthers.kept(lock.writer(), size);
        } catch (ObjectStoreException.BytesLost e) {
            throw e;
        } catch (ObjectStoreException e) {
            Uploads.warn(id, e);
        }
    }

    /** Where the session stands, or stood when it is closed or has ended. */
    Standing standingOr(Standing last) {
        Standing known = standing;
        return known == null ? last : known;
    }

    /**
     * Adds a chunk, or leaves everything as it was; but when reading the body fails, what came is
     * kept.
     *
     * @param request who adds
     */
    Standing append(StoredUpload request, UploadChunk chunk) throws IOException {
        Mark start = start(request, chunk, chunk.offset().isPresent());
        if (start == null) {
            throw Uploads.unknown();
        }
        add(request, chunk, start);
        return lock.asWriter(
                request,
                () -> {
                    keepAndRelease();
                    return Objects.requireNonNull(standing);
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
    private @Nullable Mark start(StoredUpload request, UploadChunk chunk, boolean takesOver) {
        lock.lockPatiently();
        try {
            requireOpen(null);
            lock.awaitTurn(request, takesOver);
            requireOpen(null); // it may have been let go of meanwhile
            if (bytes().published() != null) {
                return null;
            }
            requireInOrder(chunk.offset());
            lock.makeWriter(request);
            return bytes().mark();
        } finally {
            lock.unlock();
        }
    }

    private void requireInOrder(OptionalLong offset) {
        if (offset.isPresent() && offset.getAsLong() != bytes().size()) {
            keepForOthers(); // the client is told to go on from there
            throw new RegistryException(
                    ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER,
                    ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER.message(),
                    "the next byte is " + bytes().size());
        }
    }

    private void add(StoredUpload request, UploadChunk chunk, Mark start) throws IOException {
        try {
            uploads.ingest().copy(chunk, (b, from, count) -> write(request, b, from, count));
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
            lose();
            throw e;
        } finally {
            lock.unlock();
        }
    }

    private void rollBack(StoredUpload request, Mark start) {
        lock.ifWriter(
                request,
                () -> {
                    try {
                        bytes().backTo(start);
                        standing = bytes().standing();
                    } finally {
                        lock.release();
                    }
                });
    }

    /** Lets others write, if this request is the writer. */
    void giveUp(StoredUpload request) {
        lock.ifWriter(request, lock::release);
    }

    /** From here on the next request finds everything, on whatever replica. */
    private void keep() {
        try {
            bytes().keep();
            standing = bytes().standing();
        } catch (ObjectStoreException.BytesLost e) {
            lose();
            throw e;
        }
    }

    /** Ends a session whose bytes cannot be relied on: the client has to begin anew. */
    private void lose() {
        lock.lock();
        try {
            lock.end();
            uploads.ended(repository, id);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Adds a last chunk and publishes all bytes under their digest, or leaves everything as it was.
     * Where the session holds nothing the chunk is the blob, and needs no session.
     */
    Descriptor commit(StoredUpload request, Digest digest, UploadChunk last) throws IOException {
        HashAlgorithm.of(digest.algorithm()); // refuses others before anything is read
        Mark start = start(request, last, true);
        if (start == null) {
            return uploads.link(repository, uploads.published(repository, id, digest));
        }
        if (start.size() == 0) {
            giveUp(request);
            return uploads.receive(repository, digest, last);
        }
        add(request, last, start);
        return uploads.link(repository, publish(request, digest, start));
    }

    private Descriptor publish(StoredUpload request, Digest digest, Mark start) throws IOException {
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
            lose();
            throw e;
        } finally {
            published(request, blob, start);
        }
    }

    /**
     * @param blob {@code null}: it failed
     */
    private void published(StoredUpload request, @Nullable Descriptor blob, Mark start) {
        lock.lock();
        try {
            lock.endPublishing();
            if (blob == null) {
                rollBackIfPossible(request, start);
            } else {
                bytes().becameBlob(blob);
                uploads.rememberPublished(repository, id, blob);
                standing = bytes().standing();
            }
        } finally {
            giveUp(request);
            lock.unlock();
        }
    }

    /**
     * The same request can then be made again. Where an answer was lost, the bytes may be a blob
     * already, and the handle is finished: the next request looks for what there is.
     */
    private void rollBackIfPossible(StoredUpload request, Mark start) {
        try {
            rollBack(request, start);
        } catch (ObjectStoreException e) {
            Uploads.warn(id, e);
        } catch (IllegalStateException e) {
            Uploads.warn(id, e);
            bytes = null;
            standing = null;
        }
    }

    /** Ends the session and drops its bytes, also those of a request that is adding some. */
    void end() {
        lock.lockPatiently();
        try {
            requireOpen(null);
            lock.awaitTurn(null, true);
            if (!lock.hasEnded()) {
                requireOpen(null); // it may have been let go of meanwhile
                lock.end();
                uploads.ended(repository, id);
                bytes().discard();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the session if no request is working on it.
     *
     * @param drop removes the bytes
     * @return whether it was ended
     */
    boolean endIfFree(Runnable drop) {
        if (!lock.tryLock()) {
            return false;
        }
        try {
            if (standing != null || lock.hasEnded()) {
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

    /** Lets go of the bytes if no request is working on them; the next one opens them again. */
    void close() {
        lock.lock();
        try {
            if (!lock.isFree() || standing == null) {
                return;
            }
            SessionBytes open = bytes();
            bytes = null;
            standing = null;
            if (!open.close()) {
                lose();
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        return lock.hasEnded() || standing == null;
    }
}
