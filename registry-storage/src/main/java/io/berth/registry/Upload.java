package io.berth.registry;

import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import java.io.IOException;
import java.util.Optional;

/**
 * One request's view of an upload session (distribution-spec, "Pushing a blob in chunks").
 *
 * <pre>
 *   startUpload ──► open ──append──► open ──commit──► finished
 *                    │  ▲                     └─ digest wrong: open, as long as before the call
 *                    │  └── resumeUpload, any replica, also after a restart
 *                    └──cancel──► gone
 * </pre>
 *
 * <p>Several requests may have a view of one session, but one at a time adds to it. A request that
 * says where its bytes belong takes over from one that is adding, if the session ends there; so
 * does {@link #commit}, and {@link #cancel} ends the session. What the other request had added
 * until then is part of the session. Nothing that it does afterwards has an effect, and it fails
 * with BLOB_UPLOAD_OUT_OF_ORDER or BLOB_UPLOAD_UNKNOWN. This holds among the requests of one
 * process.
 *
 * <p>For one thread. Closing keeps the session; after {@link #commit} or {@link #cancel} it does
 * nothing. Closing twice is harmless.
 */
public interface Upload extends AutoCloseable {

    /**
     * A state that says nothing: the storage is asked. Unlike none at all, which only the first
     * request after {@link RegistryWriter#startUpload} has, on that or another replica.
     */
    String ASK = "-";

    RepositoryName repository();

    UploadId id();

    /**
     * What the client may bring along with its next request, so that the session's bytes are found
     * without a search; it changes with each of them. Up to 512 letters, digits and {@code . _ -
     * ~}; empty where nothing is gained by it. No secret, and no proof of anything.
     */
    Optional<String> state();

    /**
     * Bytes the session held when this request did something last: where the next chunk belongs,
     * also after a failure.
     */
    long size();

    /**
     * Adds a chunk.
     *
     * @return the new size
     * @throws io.berth.error.RegistryException BLOB_UPLOAD_OUT_OF_ORDER when the session does not
     *     end at the chunk's offset, another request takes over, or the chunk has no offset and
     *     another request goes on adding for some seconds; SIZE_INVALID when more or fewer bytes
     *     came than it declares. The session is then as it was before, or as that request makes it.
     * @throws IOException when reading the chunk's body fails; what came before that is kept and
     *     counted in {@link #size()}, so that the client can go on from there
     */
    long append(UploadChunk chunk) throws IOException;

    /**
     * Adds a last chunk, which may be empty, and makes the whole a blob of the repository. When the
     * storage fails the same call can be made again, by another request as well.
     *
     * @return digest as given
     * @throws io.berth.error.RegistryException as {@link #append}; DIGEST_INVALID when the bytes do
     *     not match or the algorithm is not supported. The session is then as it was before.
     * @throws IOException when reading the chunk's body fails; nothing becomes visible, and the
     *     session is as it was before or holds some of the bytes
     */
    Descriptor commit(Digest digest, UploadChunk last) throws IOException;

    /** Drops the session and its bytes, at once. */
    void cancel();

    @Override
    void close();
}
