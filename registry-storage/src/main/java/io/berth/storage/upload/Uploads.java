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
 * Upload sessions. Safe for use by many threads.
 *
 * <p>A session consists of its id, which can be verified without the store ({@link UploadIds}), and
 * of its staged bytes, once there are any. So opening one makes no request, and a session survives
 * a restart and a change of replica. A process caches the hash of the bytes (without it, the staged
 * bytes are read again at commit), which sessions have no bytes yet (without it, the store is
 * asked), and which sessions have ended (without it, such a session begins again, empty, which does
 * no harm).
 *
 * <p>A commit publishes the blob, writes its link, and then removes the staged bytes. A crash
 * before the blob is published leaves a session that can go on; a crash between blob and link
 * leaves content that no client sees. A commit whose link failed can be repeated: on this process
 * for an hour, because it caches the blob; on other replicas where the store copies staged bytes,
 * as S3 does. On a disk the staged bytes have become the blob, so after a restart the session is
 * empty.
 */
public final class Uploads {

    private static final Logger log = LoggerFactory.getLogger(Uploads.class);

    /** How long a request waits for a writer of the same session that it may not take over from. */
    private static final Duration WRITER_TIMEOUT = Duration.ofSeconds(5);

    /** How long entries of the caches live after their last use. */
    private static final Duration CACHED = Duration.ofHours(1);

    /** Characters of a state that is sent to clients, because clients and proxies limit URLs. */
    private static final int MAX_STATE = 512;

    private final ObjectStore store;
    private final Blobs blobs;
    private final UploadIds ids;
    private final BodyCopier copier;

    /** The sessions that requests use at this moment. */
    private final ConcurrentMap<ObjectKey, Shared> sessions = new ConcurrentHashMap<>();

    private final Cache<UploadId, HashState> hashes;

    /** New sessions, which have no bytes yet. */
    private final Cache<UploadId, RepositoryName> untouched;

    private final Cache<UploadId, Boolean> ended;

    /** Blobs that sessions have published, whose links may be missing. */
    private final Cache<ObjectKey, Descriptor> published;

    /**
     * @param bufferBytes memory of the large buffers of {@link BodyCopier}
     * @param seenBytes memory of all such caches together, of which this takes six parts ({@link
     *     Caches#parts})
     */
    public Uploads(
            ObjectStore store, Blobs blobs, UploadIds ids, long bufferBytes, long seenBytes) {
        this.store = store;
        this.blobs = blobs;
        this.ids = ids;
        this.copier = new BodyCopier(bufferBytes);
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
     * @param bytes memory of all entries
     * @param weigher bytes of an entry
     */
    private static <K, T> Cache<K, T> remembering(long bytes, Weigher<K, T> weigher) {
        return Caches.builder(bytes, weigher).expireAfterAccess(CACHED).build();
    }

    /**
     * A session and how many requests use it.
     *
     * @param count changed only under the lock of the map
     */
    private record Shared(UploadSession session, int count) {}

    /**
     * SHA-256 of the first {@code size} bytes of a session.
     *
     * @param state of the staged object with these bytes
     */
    private record HashState(MessageDigest hash, long size, String state) {

        /** Bytes of the runtime's SHA-256; 570 were measured. */
        private static final int HASH = 600;

        int weight() {
            return 2 * Caches.OBJECT + HASH + Caches.weight(state);
        }
    }

    /**
     * Opens a session. A local store is verified; to a remote store no request is made.
     *
     * @throws ObjectStoreException.Unavailable when the store is not available
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
     * Resumes a session.
     *
     * @param state the {@link #stateForClient} after the last request
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
     * The staged bytes of a session.
     *
     * @return {@code null} for a session without bytes
     * @throws RegistryException BLOB_UPLOAD_UNKNOWN
     */
    @Nullable StagedObject staged(RepositoryName repository, UploadId id, @Nullable String state) {
        if (ended.getIfPresent(id) != null) {
            throw unknown();
        }
        if (state == null && repository.equals(untouched.getIfPresent(id))) {
            return null;
        }
        untouched.invalidate(id); // another replica may have written to it
        boolean ours = ids.isOurs(repository, id);
        boolean isUsable = ours && state != null && state.length() <= MAX_STATE;
        try {
            return store.resume(RegistryLayout.session(repository, id), isUsable ? state : null);
        } catch (ObjectStoreException.NotFound e) {
            if (ours) {
                return null;
            }
            throw unknown();
        }
    }

    /** Removes the staged bytes of a session whose blob is published. */
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
     * A copy of the running SHA-256 of the staged bytes.
     *
     * @return {@code null}: not in the cache
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

    /** Caches the running hash of the staged bytes for the next request. */
    void remember(UploadId id, StagedObject staged, @Nullable MessageDigest hash) {
        if (hash != null && staged.size() > 0) {
            hashes.put(id, new HashState(hash, staged.size(), staged.state()));
        }
    }

    /**
     * The state by which the next request finds the bytes without a search; see {@link
     * Upload#state}.
     */
    Optional<String> stateForClient(@Nullable StagedObject staged) {
        return Optional.ofNullable(staged)
                .filter(held -> store.isRemote() && held.size() > 0)
                .map(StagedObject::state)
                .map(state -> state.length() <= MAX_STATE ? state : Upload.ASK);
    }

    /**
     * Stores a blob without staging: writes it to its key, where it is not visible before it is
     * complete.
     */
    public Descriptor receive(RepositoryName repository, Digest digest, UploadChunk content)
            throws IOException {
        HashAlgorithm algorithm = HashAlgorithm.of(digest.algorithm());
        MessageDigest hash = algorithm.newDigest();
        long size;
        try (ObjectWriter writer = store.write(RegistryLayout.blob(digest))) {
            size =
                    copier.copy(
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

    /** Makes staged bytes a blob, without a link in a repository. */
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
     * The blob that a session has published.
     *
     * @throws RegistryException BLOB_UPLOAD_UNKNOWN when it has not published this digest
     */
    Descriptor published(RepositoryName repository, UploadId id, Digest digest) {
        Descriptor blob = published(repository, id);
        if (blob == null || !blob.digest().equals(digest)) {
            throw unknown();
        }
        return blob;
    }

    BodyCopier copier() {
        return copier;
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
        return new UploadSession(this, repository, id, WRITER_TIMEOUT);
    }

    /** Ends a request's use of a session; the last request closes it. */
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

    /** Notes that a session has ended: its bytes were removed or have become a blob. */
    void ended(RepositoryName repository, UploadId id) {
        published.invalidate(RegistryLayout.session(repository, id));
        hashes.invalidate(id);
        untouched.invalidate(id);
        ended.put(id, true);
    }

    /** Removes the bytes of a session and ends it, unless a request uses it; whether it did. */
    boolean endIfFree(RepositoryName repository, UploadId id, Runnable drop) {
        UploadSession session = enter(repository, id);
        try {
            return session.endIfFree(drop);
        } finally {
            leave(repository, id, session);
        }
    }

    static void warn(UploadId id, RuntimeException e) {
        log.warn(
                "a step of the upload {} failed, and the upload can go on: {}", id, e.getMessage());
    }
}
