package io.berth.storage.upload;

import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import io.berth.object.ObjectStoreException;
import io.berth.object.StagedObject;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The staged bytes of a session with their running SHA-256; or the blob that the bytes have become,
 * while the link of the repository may still be missing. For one thread at a time.
 */
final class SessionBytes {

    private static final Logger log = LoggerFactory.getLogger(SessionBytes.class);

    private final Uploads uploads;
    private final RepositoryName repository;
    private final UploadId id;

    /** {@code null} until the session has bytes. */
    private @Nullable StagedObject staged;

    /** The hash of all staged bytes; {@code null}: they must be read to be hashed. */
    private @Nullable MessageDigest hash;

    private @Nullable Descriptor published;

    /**
     * @param staged {@code null}: the session has no bytes yet, or they are published
     * @param published {@code null}: the bytes are not published
     */
    private SessionBytes(
            Uploads uploads,
            RepositoryName repository,
            UploadId id,
            @Nullable StagedObject staged,
            @Nullable Descriptor published) {
        this.uploads = uploads;
        this.repository = repository;
        this.id = id;
        this.staged = staged;
        this.hash = uploads.hashOf(id, staged);
        this.published = published;
    }

    /** The bytes of a new session: none. */
    static SessionBytes none(Uploads uploads, RepositoryName repository, UploadId id) {
        return new SessionBytes(uploads, repository, id, null, null);
    }

    /**
     * Opens the bytes of a session that other requests may have written to.
     *
     * @param state the {@link Uploads#stateForClient} after the last request
     * @throws io.berth.error.RegistryException BLOB_UPLOAD_UNKNOWN
     * @throws ObjectStoreException when the store fails
     */
    static SessionBytes lookUp(
            Uploads uploads, RepositoryName repository, UploadId id, @Nullable String state) {
        Descriptor published = uploads.published(repository, id);
        StagedObject staged = published == null ? uploads.staged(repository, id, state) : null;
        return new SessionBytes(uploads, repository, id, staged, published);
    }

    /**
     * The progress of a session.
     *
     * @param size number of bytes
     * @param state by which another replica finds the bytes that are kept; see {@link
     *     io.berth.registry.Upload#state}
     */
    record Progress(long size, Optional<String> state) {}

    Progress progress() {
        return published != null
                ? new Progress(published.size(), Optional.empty())
                : new Progress(size(), uploads.stateForClient(staged));
    }

    /**
     * A point to roll back to.
     *
     * @param size number of bytes
     * @param hash of these bytes; {@code null}: not known
     */
    record RollbackPoint(long size, @Nullable MessageDigest hash) {}

    RollbackPoint rollbackPoint() {
        return new RollbackPoint(size(), hash == null ? null : Uploads.copy(hash));
    }

    long size() {
        return staged == null ? 0 : staged.size();
    }

    void append(byte[] buffer, int offset, int length) {
        StagedObject bytes = staged == null ? uploads.stage(repository, id) : staged;
        staged = bytes;
        long before = bytes.size();
        MessageDigest hashed = hash;
        hash = null; // stays so if only some of the bytes were added
        boolean added = false;
        try {
            bytes.append(buffer, offset, length);
            if (hashed != null) {
                hashed.update(buffer, offset, length);
            }
            added = true;
        } finally {
            if (added || bytes.size() == before) {
                hash = hashed;
            }
        }
    }

    void rollBackTo(RollbackPoint point) {
        hash = null;
        if (staged != null) {
            staged.truncate(point.size());
        }
        hash = point.hash();
    }

    /** Makes all bytes available to the next request, on any replica. */
    void keep() {
        if (staged != null && staged.size() > 0) {
            staged.keep();
        }
    }

    /**
     * Makes the bytes a blob, without a link in a repository.
     *
     * @throws io.berth.error.RegistryException DIGEST_INVALID when the bytes have another digest
     */
    Descriptor publish(Digest digest) throws IOException {
        StagedObject bytes = staged;
        if (bytes == null) {
            throw new IllegalStateException("there is nothing to publish: " + id);
        }
        Uploads.requireDigest(digest, digestOf(bytes, HashAlgorithm.of(digest.algorithm())));
        return uploads.publish(bytes, digest);
    }

    private Digest digestOf(StagedObject bytes, HashAlgorithm algorithm) throws IOException {
        if (algorithm == HashAlgorithm.SHA256 && hash != null) {
            return Digest.ofHash(algorithm, Uploads.copy(hash));
        }
        MessageDigest fresh = algorithm.newDigest();
        try (InputStream content = bytes.read()) {
            uploads.copier().hash(content, fresh);
        } catch (IOException e) {
            throw new ObjectStoreException.Unavailable(
                    id.toString(), "the bytes of an upload cannot be read", e);
        }
        return Digest.ofHash(algorithm, fresh);
    }

    /** Notes that {@link #publish} has succeeded. */
    void becameBlob(Descriptor blob) {
        published = blob;
    }

    /**
     * The blob that the bytes have become.
     *
     * @return {@code null}: none yet
     */
    @Nullable Descriptor published() {
        return published;
    }

    /** Removes the staged bytes, also when they were published. */
    void discard() {
        if (staged != null) {
            staged.discard();
        } else if (published != null) {
            uploads.dropStaged(
                    repository, id); // left by a request that published the bytes and then failed
        }
    }

    /**
     * Closes the handle; the kept bytes stay. After {@link #publish} the commit can be repeated;
     * before that the hash is cached for the next request.
     *
     * @return {@code false}: the store has lost the bytes
     */
    boolean close() {
        if (staged == null) {
            return true;
        }
        if (published != null) {
            staged.close();
            return true;
        }
        uploads.remember(id, staged, hash);
        try {
            staged.close();
            return true;
        } catch (ObjectStoreException.BytesLost e) {
            log.error(
                    "the store has lost bytes of the upload {}: the client must begin the upload again",
                    id,
                    e);
            return false;
        }
    }
}
