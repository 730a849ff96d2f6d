package io.berth.stored;

import com.github.benmanes.caffeine.cache.Cache;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.name.MediaType;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import io.berth.object.Durability;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectWriter;
import io.berth.object.StagedObject;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import java.io.IOException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Upload sessions.
 *
 * <p>A session is its id, which proves itself ({@link UploadIds}), and its bytes, once there are
 * any: a staged object. So opening one costs nothing, and it survives a restart and a change of
 * replica. What a process knows besides is a cache: the hash of what was received (else the staged
 * bytes are read again at commit), which sessions hold nothing yet (else the store is asked), and
 * which have ended (elsewhere, one may begin again, empty, which harms nobody).
 *
 * <p>What a crash leaves: before the blob is published, a session that can go on; between the blob
 * and its link, content nobody sees. A request that ends a session writes in exactly that order.
 */
final class Uploads {

    /** How long a request waits for another one on the same session to end. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Duration REMEMBERED = Duration.ofHours(1);

    /** A longer one is not worth carrying: clients and proxies have limits for addresses. */
    private static final int MAX_STATE = 512;

    private final ObjectStore store;
    private final Blobs blobs;
    private final UploadIds ids;
    private final Ingest ingest;
    private final boolean statesSaveRequests;
    private final UploadHolds holds = new UploadHolds(PATIENCE);
    private final Cache<UploadId, HashState> hashes = remembering(4_096);
    private final Cache<UploadId, RepositoryName> untouched = remembering(100_000);
    private final Cache<UploadId, Boolean> ended = remembering(100_000);

    Uploads(ObjectStore store, Blobs blobs, UploadIds ids, StoredRegistryOptions options) {
        this.store = store;
        this.blobs = blobs;
        this.ids = ids;
        this.ingest = new Ingest(options.uploadBufferBytes());
        this.statesSaveRequests = options.isFar();
    }

    private static <T> Cache<UploadId, T> remembering(int count) {
        return Caches.builder().maximumSize(count).expireAfterAccess(REMEMBERED).build();
    }

    /**
     * SHA-256 of the first {@code size} bytes of a session.
     *
     * @param state of the staged object that holds just these bytes; empty while they are not kept
     */
    record HashState(MessageDigest hash, long size, String state) {

        static HashState ofNothing() {
            return new HashState(HashAlgorithm.SHA256.newDigest(), 0, "");
        }

        /** A copy to go on with, so that a chunk that fails leaves this one as it is. */
        MessageDigest fork() {
            try {
                return (MessageDigest) hash.clone();
            } catch (CloneNotSupportedException e) {
                throw new IllegalStateException("the runtime's SHA-256 can be cloned", e);
            }
        }
    }

    Upload start(RepositoryName repository) {
        UploadId id = ids.next(repository);
        untouched.put(id, repository);
        holds.take(id);
        return new StoredUpload(this, repository, id, null, HashState.ofNothing());
    }

    /**
     * @param state as {@link #stateToCarry} gave it after the last request
     */
    Upload resume(RepositoryName repository, UploadId id, @Nullable String state) {
        if (!holds.take(id)) {
            throw new RegistryException(
                    ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER,
                    "another request is working on this upload");
        }
        boolean resumed = false;
        try {
            StagedObject staged = staged(repository, id, state);
            Upload upload = new StoredUpload(this, repository, id, staged, hashOf(id, staged));
            resumed = true;
            return upload;
        } finally {
            if (!resumed) {
                holds.release(id);
            }
        }
    }

    /**
     * @return {@code null} for a session that holds nothing yet
     */
    private @Nullable StagedObject staged(
            RepositoryName repository, UploadId id, @Nullable String state) {
        if (ended.getIfPresent(id) != null) {
            throw unknown();
        }
        if (state == null && repository.equals(untouched.getIfPresent(id))) {
            return null;
        }
        untouched.invalidate(id); // others have it by now
        boolean ours = ids.isOurs(repository, id);
        boolean believed = ours && state != null && state.length() <= MAX_STATE;
        try {
            return store.resume(RegistryLayout.session(repository, id), believed ? state : null);
        } catch (ObjectStoreException.NotFound e) {
            if (ours) {
                return null;
            }
            throw unknown();
        }
    }

    static RegistryException unknown() {
        return new RegistryException(ErrorCode.BLOB_UPLOAD_UNKNOWN);
    }

    private @Nullable HashState hashOf(UploadId id, @Nullable StagedObject staged) {
        if (staged == null || staged.size() == 0) {
            return HashState.ofNothing();
        }
        HashState cached = hashes.getIfPresent(id);
        return cached != null
                        && cached.size() == staged.size()
                        && cached.state().equals(staged.state())
                ? cached
                : null;
    }

    /** What lets the next request, on whatever replica, find the session's bytes at once. */
    Optional<String> stateToCarry(@Nullable StagedObject staged) {
        return Optional.ofNullable(staged)
                .filter(held -> statesSaveRequests && held.size() > 0)
                .map(StagedObject::state)
                .map(state -> state.length() <= MAX_STATE ? state : Upload.ASK);
    }

    /**
     * Stores a blob of which nothing was staged: straight to its key, where it is not seen before
     * it is whole.
     */
    Descriptor receive(RepositoryName repository, Digest digest, UploadChunk content)
            throws IOException {
        HashAlgorithm algorithm = HashAlgorithm.of(digest.algorithm());
        MessageDigest hash = algorithm.newDigest();
        long size;
        try (ObjectWriter writer = store.write(RegistryLayout.blob(digest))) {
            size = ingest.copy(content, hash, writer::write);
            requireDigest(digest, Digest.ofHash(algorithm, hash));
            writer.publish(Durability.WHOLE, digest);
        }
        return linked(repository, digest, size);
    }

    Descriptor linked(RepositoryName repository, Digest digest, long size) {
        blobs.link(repository, digest, digest, size);
        return Descriptor.of(MediaType.OCTET_STREAM, digest, size);
    }

    Ingest ingest() {
        return ingest;
    }

    static void requireDigest(Digest expected, Digest actual) {
        if (!actual.equals(expected)) {
            throw new RegistryException(
                    ErrorCode.DIGEST_INVALID,
                    ErrorCode.DIGEST_INVALID.message(),
                    "the content's digest is " + actual);
        }
    }

    StagedObject stage(RepositoryName repository, UploadId id) {
        untouched.invalidate(id);
        return store.stage(RegistryLayout.session(repository, id));
    }

    /** Lets the next request have the session. */
    void release(UploadId id, @Nullable HashState hash) {
        if (hash != null && hash.size() > 0) {
            hashes.put(id, hash);
        }
        holds.release(id);
    }

    /** Ends a session whose bytes are gone or have become a blob. */
    void end(UploadId id) {
        hashes.invalidate(id);
        untouched.invalidate(id);
        ended.put(id, true);
        holds.release(id);
    }

    /** Ends a session that no request is working on, once its bytes are dropped. */
    void endIfFree(UploadId id, Runnable drop) {
        if (holds.takeIfFree(id)) {
            try {
                drop.run();
                ended.put(id, true);
            } finally {
                holds.release(id);
            }
        }
    }
}
