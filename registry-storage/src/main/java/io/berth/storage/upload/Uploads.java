package io.berth.storage.upload;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Weigher;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.name.MediaType;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectWriter;
import io.berth.object.StagedObject;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import io.berth.storage.blob.Blobs;
import io.berth.storage.cache.Caches;
import io.berth.storage.tree.RegistryLayout;
import java.io.IOException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Upload sessions.
 *
 * <p>A session is its id, which proves itself ({@link UploadIds}), and its bytes, once there are
 * any: a staged object. So opening one costs nothing, and it survives a restart and a change of
 * replica. What a process knows besides is a cache: the hash of what was received (else the staged
 * bytes are read again at commit), which sessions hold nothing yet (else the store is asked), and
 * which have ended (elsewhere, one may begin again, empty, which does no harm).
 *
 * <p>What a crash leaves: before the blob is published, a session that can go on; between the blob
 * and its link, content that no client sees. A request that ends a session writes in exactly that
 * order, and drops the staged bytes last. So a commit whose link failed can be made again: by this
 * process for an hour, because it remembers the blob; by others where the store copies staged
 * bytes, as S3 does. On a disk they have become the blob, and after a restart the session is an
 * empty one.
 */
public final class Uploads {

    private static final Logger log = LoggerFactory.getLogger(Uploads.class);

    /** How long a request waits for another one on the same session that it cannot take over. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Duration REMEMBERED = Duration.ofHours(1);

    /** A longer one is not worth carrying: clients and proxies have limits for addresses. */
    private static final int MAX_STATE = 512;

    private final ObjectStore store;
    private final Blobs blobs;
    private final UploadIds ids;
    private final BodyCopier ingest;

    /** Those that requests are working on at this moment. */
    private final ConcurrentMap<ObjectKey, Shared> sessions = new ConcurrentHashMap<>();

    private final Cache<UploadId, HashState> hashes;
    private final Cache<UploadId, RepositoryName> untouched;
    private final Cache<UploadId, Boolean> ended;

    /** What has become of bytes to which the repository has perhaps no link yet. */
    private final Cache<ObjectKey, Descriptor> published;

    /**
     * @param bufferBytes memory for buffers of uploads whose bytes are there, at the most
     * @param seenBytes of all caches of what was seen, at the most
     */
    public Uploads(
            ObjectStore store, Blobs blobs, UploadIds ids, long bufferBytes, long seenBytes) {
        this.store = store;
        this.blobs = blobs;
        this.ids = ids;
        this.ingest = new BodyCopier(bufferBytes);
        this.hashes =
                remembering(
                        Caches.parts(2, seenBytes),
                        (id, hash) -> Caches.weight(id) + hash.weight());
        this.untouched =
                remembering(
                        Caches.parts(2, seenBytes),
                        (id, repository) -> Caches.weight(id) + Caches.weight(repository));
        this.ended = remembering(Caches.parts(1, seenBytes), (id, _) -> Caches.weight(id));
        this.published =
                remembering(
                        Caches.parts(1, seenBytes),
                        (key, blob) ->
                                4 * Caches.OBJECT
                                        + Caches.weight(key)
                                        + Caches.weight(blob.digest()));
    }

    /**
     * @param bytes of memory that all may take
     * @param weigher bytes that one takes
     */
    private static <K, T> Cache<K, T> remembering(long bytes, Weigher<K, T> weigher) {
        return Caches.builder(bytes, weigher).expireAfterAccess(REMEMBERED).build();
    }

    /**
     * A session and how many requests have it.
     *
     * @param count changed under the map's lock only
     */
    private record Shared(UploadSession session, int count) {}

    /**
     * SHA-256 of the first {@code size} bytes of a session.
     *
     * @param state of the staged object that holds just these bytes
     */
    private record HashState(MessageDigest hash, long size, String state) {

        /** What the runtime's SHA-256 holds, measured: 570. */
        private static final int HASH = 600;

        int weight() {
            return 2 * Caches.OBJECT + HASH + Caches.weight(state);
        }
    }

    /**
     * Asks the store nothing but whether it is there, and that only where it costs no request.
     *
     * @throws ObjectStoreException.Unavailable when it is not
     */
    public Upload start(RepositoryName repository) {
        if (!store.isRemote()) {
            store.verify();
        }
        UploadId id = ids.next(repository);
        untouched.put(id, repository);
        UploadSession session = enter(repository, id);
        session.begin();
        return new StoredUpload(this, session, repository, id, session.look(null));
    }

    /**
     * @param state as {@link #stateToCarry} gave it after the last request
     */
    public Upload resume(RepositoryName repository, UploadId id, @Nullable String state) {
        UploadSession session = enter(repository, id);
        boolean resumed = false;
        try {
            Upload upload = new StoredUpload(this, session, repository, id, session.look(state));
            resumed = true;
            return upload;
        } finally {
            if (!resumed) {
                leave(repository, id, session);
            }
        }
    }

    /**
     * @return {@code null} for a session that holds nothing yet
     */
    @Nullable StagedObject staged(RepositoryName repository, UploadId id, @Nullable String state) {
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

    /** What is staged for a session whose blob is there. */
    void dropStaged(RepositoryName repository, UploadId id) {
        try {
            store.resume(RegistryLayout.session(repository, id), null).discard();
        } catch (ObjectStoreException.NotFound e) {
            log.debug("the bytes of the upload {} have become a blob", id);
        }
    }

    static RegistryException unknown() {
        return new RegistryException(ErrorCode.BLOB_UPLOAD_UNKNOWN);
    }

    /**
     * SHA-256 of what is staged, to go on with.
     *
     * @return {@code null}: not known
     */
    @Nullable MessageDigest hashOf(UploadId id, @Nullable StagedObject staged) {
        if (staged == null || staged.size() == 0) {
            return HashAlgorithm.SHA256.newDigest();
        }
        HashState cached = hashes.getIfPresent(id);
        return cached != null
                        && cached.size() == staged.size()
                        && cached.state().equals(staged.state())
                ? copy(cached.hash())
                : null;
    }

    static MessageDigest copy(MessageDigest hash) {
        try {
            return (MessageDigest) hash.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the runtime's hashes can be cloned", e);
        }
    }

    /** Keeps the hash of what is staged for the next request. */
    void remember(UploadId id, StagedObject staged, @Nullable MessageDigest hash) {
        if (hash != null && staged.size() > 0) {
            hashes.put(id, new HashState(hash, staged.size(), staged.state()));
        }
    }

    /** What lets the next request, on whatever replica, find the session's bytes at once. */
    Optional<String> stateToCarry(@Nullable StagedObject staged) {
        return Optional.ofNullable(staged)
                .filter(held -> store.isRemote() && held.size() > 0)
                .map(StagedObject::state)
                .map(state -> state.length() <= MAX_STATE ? state : Upload.ASK);
    }

    /**
     * Stores a blob of which nothing was staged: straight to its key, where it is not seen before
     * it is whole.
     */
    public Descriptor receive(RepositoryName repository, Digest digest, UploadChunk content)
            throws IOException {
        HashAlgorithm algorithm = HashAlgorithm.of(digest.algorithm());
        MessageDigest hash = algorithm.newDigest();
        long size;
        try (ObjectWriter writer = store.write(RegistryLayout.blob(digest))) {
            size =
                    ingest.copy(
                            content,
                            (buffer, offset, length) -> {
                                writer.write(buffer, offset, length);
                                hash.update(buffer, offset, length);
                            });
            requireDigest(digest, Digest.ofHash(algorithm, hash));
            writer.publish(Durability.WHOLE, digest);
        }
        return link(repository, Descriptor.of(MediaType.OCTET_STREAM, digest, size));
    }

    /** Makes staged bytes a blob that no repository has yet. */
    Descriptor publish(StagedObject bytes, Digest digest) {
        Descriptor blob = Descriptor.of(MediaType.OCTET_STREAM, digest, bytes.size());
        bytes.publish(RegistryLayout.blob(digest), Durability.WHOLE, digest);
        return blob;
    }

    Descriptor link(RepositoryName repository, Descriptor blob) {
        blobs.link(repository, blob.digest(), blob.digest(), blob.size());
        return blob;
    }

    void rememberPublished(RepositoryName repository, UploadId id, Descriptor blob) {
        published.put(RegistryLayout.session(repository, id), blob);
    }

    @Nullable Descriptor published(RepositoryName repository, UploadId id) {
        return published.getIfPresent(RegistryLayout.session(repository, id));
    }

    /**
     * @throws RegistryException BLOB_UPLOAD_UNKNOWN when the bytes have become no such blob
     */
    Descriptor published(RepositoryName repository, UploadId id, Digest digest) {
        Descriptor blob = published(repository, id);
        if (blob == null || !blob.digest().equals(digest)) {
            throw unknown();
        }
        return blob;
    }

    BodyCopier ingest() {
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

    private UploadSession enter(RepositoryName repository, UploadId id) {
        Shared entered =
                sessions.compute(
                        RegistryLayout.session(repository, id),
                        (_, shared) ->
                                shared == null
                                        ? new Shared(session(repository, id), 1)
                                        : new Shared(shared.session(), shared.count() + 1));
        return entered.session();
    }

    private UploadSession session(RepositoryName repository, UploadId id) {
        return new UploadSession(this, repository, id, PATIENCE);
    }

    /** Ends a request's use of a session. The last one closes it, before it can be opened anew. */
    void leave(RepositoryName repository, UploadId id, UploadSession session) {
        ObjectKey key = RegistryLayout.session(repository, id);
        Shared left =
                sessions.computeIfPresent(
                        key, (_, shared) -> new Shared(session, shared.count() - 1));
        if (left != null && left.count() == 0) {
            session.close();
            sessions.computeIfPresent(
                    key, (_, shared) -> shared.count() == 0 && session.isClosed() ? null : shared);
        }
    }

    /** A session whose bytes are gone or have become a blob. */
    void ended(RepositoryName repository, UploadId id) {
        published.invalidate(RegistryLayout.session(repository, id));
        hashes.invalidate(id);
        untouched.invalidate(id);
        ended.put(id, true);
    }

    /** Ends a session that no request is working on, once its bytes are dropped. */
    boolean endIfFree(RepositoryName repository, UploadId id, Runnable drop) {
        UploadSession session = enter(repository, id);
        try {
            return session.endIfFree(drop);
        } finally {
            leave(repository, id, session);
        }
    }

    static void warn(UploadId id, RuntimeException e) {
        log.warn("the upload {} goes on, but not all of it was done: {}", id, e.getMessage());
    }
}
