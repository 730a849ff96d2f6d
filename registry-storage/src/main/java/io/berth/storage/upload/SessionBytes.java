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
 * The bytes of a session and their SHA-256, which goes along with what is added and taken back; or
 * the blob that they have become, of which only the link of the repository is missing. Not safe for
 * several threads at a time.
 */
final class SessionBytes {

    private static final Logger log = LoggerFactory.getLogger(SessionBytes.class);

    private final Uploads uploads;
    private final RepositoryName repository;
    private final UploadId id;

    /** {@code null} until the session has bytes. */
    private @Nullable StagedObject staged;

    /** Of all bytes that are staged; {@code null}: they must be read to be hashed. */
    private @Nullable MessageDigest hash;

    private @Nullable Descriptor published;

    /**
     * @param staged {@code null}: the session has no bytes yet, or they are published
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

    /** Of a session that begins. */
    static SessionBytes none(Uploads uploads, RepositoryName repository, UploadId id) {
        return new SessionBytes(uploads, repository, id, null, null);
    }

    /**
     * Of a session that may have been worked on before.
     *
     * @param state as {@link Uploads#stateToCarry} gave it after the last request
     * @throws io.berth.error.RegistryException BLOB_UPLOAD_UNKNOWN
     * @throws ObjectStoreException when the store does not say
     */
    static SessionBytes lookUp(
            Uploads uploads, RepositoryName repository, UploadId id, @Nullable String state) {
        Descriptor published = uploads.published(repository, id);
        StagedObject staged = published == null ? uploads.staged(repository, id, state) : null;
        return new SessionBytes(uploads, repository, id, staged, published);
    }

    /**
     * Where a session stands: its bytes, and what lets another replica find those that are kept.
     */
    record Standing(long size, Optional<String> state) {}

    Standing standing() {
        return published != null
                ? new Standing(published.size(), Optional.empty())
                : new Standing(size(), uploads.stateToCarry(staged));
    }

    /**
     * What to go back to.
     *
     * @param hash {@code null}: unknown
     */
    record Mark(long size, @Nullable MessageDigest hash) {}

    Mark mark() {
        return new Mark(size(), hash == null ? null : Uploads.copy(hash));
    }

    long size() {
        return staged == null ? 0 : staged.size();
    }

    void append(byte[] buffer, int offset, int length) {
        StagedObject bytes = staged == null ? uploads.stage(repository, id) : staged;
        staged = bytes;
        long before = bytes.size();
        MessageDigest hashed = hash;
        hash = null; // until it is known which of the bytes were added
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

    void backTo(Mark mark) {
        hash = null;
        if (staged != null) {
            staged.truncate(mark.size());
        }
        hash = mark.hash();
    }

    /** From here on the next request finds everything, on whatever replica. */
    void keep() {
        if (staged != null && staged.size() > 0) {
            staged.keep();
        }
    }

    /**
     * Makes the bytes a blob, which no repository has yet.
     *
     * @throws io.berth.error.RegistryException DIGEST_INVALID when they have another digest
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
            uploads.ingest().hash(content, fresh);
        } catch (IOException e) {
            throw new ObjectStoreException.Unavailable(
                    id.toString(), "reading the bytes of an upload failed", e);
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

    /** Drops the bytes, also when they were published. */
    void discard() {
        if (staged != null) {
            staged.discard();
        } else if (published != null) {
            uploads.dropStaged(repository, id); // of a request that published and did not end this
        }
    }

    /**
     * Keeps what was kept: after {@link #publish}, so that the commit can be repeated, and before
     * that with the hash for the next request.
     *
     * @return {@code false}: the store has lost what was kept
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
            log.error("the bytes of the upload {} are lost, and it must begin anew", id, e);
            return false;
        }
    }
}
