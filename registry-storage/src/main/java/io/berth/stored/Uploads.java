package io.berth.stored;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.name.MediaType;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectWriter;
import io.berth.object.StagedObject;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Upload sessions.
 *
 * <p>A session exists while its {@code startedat} is there; its bytes, once there are any, are a
 * staged object beside it. So it survives a restart, and the hash of what was received is only
 * cached: when the cache does not have it, the staged bytes are read again at commit.
 *
 * <p>What a crash leaves: before the blob is published, a session that can go on; between the blob
 * and its link, content nobody sees; between the link and the end of the session, a session without
 * bytes, which expires. A request that ends a session writes in exactly that order.
 */
final class Uploads {

    /** How long a request waits for another one on the same session to end. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final int CACHED_HASHES = 4096;

    private final ObjectStore store;
    private final Blobs blobs;
    private final Clock clock;
    private final UploadHolds holds = new UploadHolds(PATIENCE);
    private final Cache<UploadId, HashState> hashes =
            Caffeine.newBuilder()
                    .maximumSize(CACHED_HASHES)
                    .expireAfterAccess(Duration.ofHours(1))
                    .build();

    Uploads(ObjectStore store, Blobs blobs, Clock clock) {
        this.store = store;
        this.blobs = blobs;
        this.clock = clock;
    }

    /** SHA-256 of the first {@code size} bytes of a session. */
    record HashState(MessageDigest hash, long size) {

        static HashState ofNothing() {
            return new HashState(HashAlgorithm.SHA256.newDigest(), 0);
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
        UploadId id = UploadId.random();
        String startedAt = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        store.put(
                RegistryLayout.uploadStartedAt(repository, id),
                startedAt.getBytes(StandardCharsets.ISO_8859_1),
                Condition.always(),
                Durability.HINT);
        holds.take(id);
        return new StoredUpload(this, repository, id, null, HashState.ofNothing());
    }

    Upload resume(RepositoryName repository, UploadId id) {
        if (!holds.take(id)) {
            throw new RegistryException(
                    ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER,
                    "another request is working on this upload");
        }
        boolean resumed = false;
        try {
            requireSession(repository, id);
            StagedObject staged = staged(RegistryLayout.uploadData(repository, id));
            Upload upload = new StoredUpload(this, repository, id, staged, hashOf(id, staged));
            resumed = true;
            return upload;
        } finally {
            if (!resumed) {
                holds.release(id);
            }
        }
    }

    private void requireSession(RepositoryName repository, UploadId id) {
        try {
            store.head(RegistryLayout.uploadStartedAt(repository, id));
        } catch (ObjectStoreException.NotFound e) {
            throw new RegistryException(ErrorCode.BLOB_UPLOAD_UNKNOWN);
        }
    }

    private @Nullable StagedObject staged(ObjectKey key) {
        try {
            return store.resume(key, null);
        } catch (ObjectStoreException.NotFound e) {
            return null; // nothing was appended yet
        }
    }

    private @Nullable HashState hashOf(UploadId id, @Nullable StagedObject staged) {
        if (staged == null || staged.size() == 0) {
            return HashState.ofNothing();
        }
        HashState cached = hashes.getIfPresent(id);
        return cached != null && cached.size() == staged.size() ? cached : null;
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
            size = Ingest.copy(content, hash, writer::write);
            requireDigest(digest, Digest.ofHash(algorithm, hash));
            writer.publish(Durability.WHOLE, digest);
        }
        return linked(repository, digest, size);
    }

    Descriptor linked(RepositoryName repository, Digest digest, long size) {
        blobs.link(repository, digest, digest);
        return Descriptor.of(MediaType.OCTET_STREAM, digest, size);
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
        return store.stage(RegistryLayout.uploadData(repository, id));
    }

    /** Lets the next request have the session. */
    void release(UploadId id, @Nullable HashState hash) {
        if (hash != null && hash.size() > 0) {
            hashes.put(id, hash);
        }
        holds.release(id);
    }

    /** Ends a session whose bytes are gone or have become a blob. */
    void end(RepositoryName repository, UploadId id) {
        try {
            hashes.invalidate(id);
            store.delete(RegistryLayout.uploadStartedAt(repository, id), Condition.always());
        } finally {
            holds.release(id);
        }
    }

    UploadHolds holds() {
        return holds;
    }
}
