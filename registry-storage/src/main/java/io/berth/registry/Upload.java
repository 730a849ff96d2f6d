package io.berth.registry;

import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import java.io.IOException;
import java.util.Optional;

/**
 * A request's handle on an upload session (distribution-spec, "Pushing a blob in chunks").
 *
 * <pre>
 *   startUpload ──► open ──append──► open ──commit──► finished
 *                    │  ▲                     └─ digest wrong: open, as long as before the call
 *                    │  └── resumeUpload, any replica, also after a restart
 *                    └──cancel──► gone
 * </pre>
 *
 * <p>Several requests may have a handle on one session, but only one at a time is its writer. A
 * request whose chunk has an offset takes over from the current writer, if the session ends at that
 * offset. {@link #commit} takes over as well, and {@link #cancel} ends the session. The bytes that
 * the former writer had added stay in the session; what it does afterwards has no effect, and it
 * fails with BLOB_UPLOAD_OUT_OF_ORDER or BLOB_UPLOAD_UNKNOWN. This holds among the requests of one
 * process.
 *
 * <p>For one thread. {@link #close} keeps the session; after {@link #commit}, {@link #cancel} or
 * another {@code close} it does nothing.
 */
public interface Upload extends AutoCloseable {

    /**
     * The state that means "unknown", so that the registry reads it from the store. A state of
     * {@code null} means something else: that this is the first request after {@link
     * RegistryWriter#startUpload}.
     */
    String ASK = "-";

    RepositoryName repository();

    UploadId id();

    /**
     * The state that the client may send with its next request, so that the registry finds the
     * session's bytes without a search; each request changes it. At most 512 letters, digits and
     * {@code . _ - ~}; empty where it would save nothing. It is neither secret nor authenticated.
     */
    Optional<String> state();

    /**
     * Number of bytes in the session after the last operation of this handle, also after a failure:
     * the offset of the next chunk.
     */
    long size();

    /**
     * Adds a chunk.
     *
     * @return the new size
     * @throws io.berth.error.RegistryException BLOB_UPLOAD_OUT_OF_ORDER when the session does not
     *     end at the chunk's offset, when another request takes over, or when the chunk has no
     *     offset and another request goes on writing for some seconds; SIZE_INVALID when the body
     *     has more or fewer bytes than the chunk declares. The session is then as before the call,
     *     or as the other request makes it.
     * @throws IOException when reading the chunk's body fails; the bytes before the failure are
     *     kept and counted in {@link #size()}, so that the client can go on from there
     */
    long append(UploadChunk chunk) throws IOException;

    /**
     * Adds a last chunk, which may be empty, and makes all bytes a blob of the repository. When the
     * store fails, this or another request can repeat the call.
     *
     * @return a descriptor with the given digest
     * @throws io.berth.error.RegistryException as {@link #append}; DIGEST_INVALID when the bytes do
     *     not match or the algorithm is not supported. The session is then as it was before.
     * @throws IOException when reading the chunk's body fails; nothing becomes visible, and the
     *     session is as it was before or holds some of the bytes
     */
    Descriptor commit(Digest digest, UploadChunk last) throws IOException;

    /** Deletes the session and its bytes. */
    void cancel();

    @Override
    void close();
}
