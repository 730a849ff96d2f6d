package io.berth.stored;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import io.berth.object.Durability;
import io.berth.object.ObjectStoreException;
import io.berth.object.StagedObject;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import io.berth.stored.Uploads.HashState;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request's hold on a session; see {@link Uploads} for how sessions live. */
final class StoredUpload implements Upload {

    private static final Logger log = LoggerFactory.getLogger(StoredUpload.class);

    private final Uploads uploads;
    private final RepositoryName repository;
    private final UploadId id;

    /** {@code null} until the session has bytes. */
    private @Nullable StagedObject staged;

    /** {@code null} when unknown: the bytes must then be read again to be hashed. */
    private @Nullable HashState hash;

    private boolean finished;

    StoredUpload(
            Uploads uploads,
            RepositoryName repository,
            UploadId id,
            @Nullable StagedObject staged,
            @Nullable HashState hash) {
        this.uploads = uploads;
        this.repository = repository;
        this.id = id;
        this.staged = staged;
        this.hash = hash;
    }

    @Override
    public RepositoryName repository() {
        return repository;
    }

    @Override
    public UploadId id() {
        return id;
    }

    @Override
    public long size() {
        return staged == null ? 0 : staged.size();
    }

    @Override
    public Optional<String> state() {
        return uploads.stateToCarry(staged);
    }

    @Override
    public long append(UploadChunk chunk) throws IOException {
        requireOpen();
        requireInOrder(chunk);
        try {
            addToStaged(chunk);
            keep();
            return size();
        } catch (ObjectStoreException.NotFound e) {
            throw Uploads.unknown(); // it ended meanwhile
        } catch (ObjectStoreException e) {
            throw Failures.translate(e);
        }
    }

    @Override
    public Descriptor commit(Digest digest, UploadChunk last) throws IOException {
        requireOpen();
        HashAlgorithm algorithm = HashAlgorithm.of(digest.algorithm());
        requireInOrder(last);
        try {
            Descriptor stored =
                    size() == 0
                            ? uploads.receive(repository, digest, last)
                            : commitStaged(algorithm, digest, last);
            endCommitted();
            return stored;
        } catch (ObjectStoreException.NotFound e) {
            throw Uploads.unknown(); // it ended meanwhile
        } catch (ObjectStoreException e) {
            throw Failures.translate(e);
        }
    }

    private Descriptor commitStaged(HashAlgorithm algorithm, Digest digest, UploadChunk last)
            throws IOException {
        long before = size();
        HashState hashBefore = hash;
        StagedObject bytes = addToStaged(last);
        try {
            Uploads.requireDigest(digest, digestOf(bytes, algorithm));
        } catch (RegistryException e) {
            bytes.truncate(before);
            hash = hashBefore;
            throw e;
        }
        long size = bytes.size();
        bytes.publish(RegistryLayout.blob(digest), Durability.WHOLE, digest);
        staged = null;
        return uploads.linked(repository, digest, size);
    }

    /**
     * Adds a chunk, or leaves everything as it was; but when reading the body fails, what came is
     * kept.
     */
    private StagedObject addToStaged(UploadChunk chunk) throws IOException {
        StagedObject bytes = staged == null ? uploads.stage(repository, id) : staged;
        staged = bytes;
        long before = bytes.size();
        HashState hashBefore = hash;
        MessageDigest hashAfter = hashBefore == null ? null : hashBefore.fork();
        hash = null; // until it is known to agree with the bytes again
        try {
            uploads.ingest().copy(chunk, hashAfter, bytes::append);
        } catch (RegistryException e) {
            bytes.truncate(before);
            hash = hashBefore;
            throw e;
        } catch (IOException e) {
            hash = hashOf(bytes, hashAfter);
            keep();
            throw e;
        }
        hash = hashOf(bytes, hashAfter);
        return bytes;
    }

    private static @Nullable HashState hashOf(StagedObject bytes, @Nullable MessageDigest hash) {
        return hash == null ? null : new HashState(hash, bytes.size(), "");
    }

    /** From here on the next request finds everything. */
    private void keep() {
        if (staged != null && staged.size() > 0) {
            staged.keep();
            if (hash != null) {
                hash = new HashState(hash.hash(), hash.size(), staged.state());
            }
        }
    }

    private Digest digestOf(StagedObject bytes, HashAlgorithm algorithm) throws IOException {
        if (algorithm == HashAlgorithm.SHA256 && hash != null) {
            return Digest.ofHash(algorithm, hash.fork());
        }
        MessageDigest fresh = algorithm.newDigest();
        try (InputStream content = bytes.read()) {
            uploads.ingest().hash(content, fresh);
        } catch (IOException e) {
            throw new ObjectStoreException.Unavailable(
                    id.toString(), "reading the bytes of an upload failed", e);
        }
        return Digest.ofHash(algorithm, fresh);
    }

    @Override
    public void cancel() {
        requireOpen();
        Failures.translated(this::finish);
    }

    /** The blob is there and durable: failing to tidy up must not deny it. */
    private void endCommitted() {
        try {
            finish();
        } catch (ObjectStoreException e) {
            log.warn("the finished upload {} of {} could not be removed", id, repository, e);
        }
    }

    private void finish() {
        finished = true;
        try {
            if (staged != null) {
                staged.discard(); // an empty one, or one that is being cancelled
            }
        } finally {
            uploads.end(id);
        }
    }

    @Override
    public void close() {
        if (finished) {
            return;
        }
        finished = true;
        try {
            if (staged != null) {
                staged.close();
            }
        } finally {
            uploads.release(id, hash);
        }
    }

    private void requireOpen() {
        if (finished) {
            throw new IllegalStateException("the upload was closed, committed or cancelled");
        }
    }

    private void requireInOrder(UploadChunk chunk) {
        if (chunk.offset().isPresent() && chunk.offset().getAsLong() != size()) {
            throw new RegistryException(
                    ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER,
                    ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER.message(),
                    "the next byte is " + size());
        }
    }
}
