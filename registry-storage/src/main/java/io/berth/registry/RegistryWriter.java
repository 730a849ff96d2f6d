package io.berth.registry;

import io.berth.manifest.Manifest;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.name.UploadId;
import io.berth.registry.tag.TagCondition;
import io.berth.registry.tag.TagProtection;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Adds content (distribution-spec, "Push"). A repository exists as soon as it has content.
 *
 * <p>When a method returns, its effect is durable. When a method throws, it has made nothing
 * visible, unless stated otherwise, and the caller can repeat the call: content is addressed by
 * digest, so a repetition does no harm.
 */
public interface RegistryWriter {

    /**
     * Opens a new upload session. Its bytes are not visible as a blob before they are committed.
     */
    Upload startUpload(RepositoryName repository);

    /**
     * Resumes a session that this or another replica opened. Does not wait for a request that is
     * adding bytes to the session; the bytes that it has added so far are kept before this returns.
     *
     * @param state the {@link Upload#state} after the last request, {@code null} if that was none;
     *     {@link Upload#ASK} for a caller that does not know the state. With an old state the
     *     session is as it was then; an invalid state means the same as {@code ASK}.
     * @throws io.berth.error.RegistryException BLOB_UPLOAD_UNKNOWN when the session does not exist
     *     in this repository, was finished or cancelled, or has expired. When that happened on
     *     another replica, this may be detected only when the session is used, or the session may
     *     begin again, empty.
     */
    Upload resumeUpload(RepositoryName repository, UploadId id, @Nullable String state);

    /**
     * Stores a blob whose digest is known before its bytes arrive, without a session.
     *
     * @throws io.berth.error.RegistryException DIGEST_INVALID when the bytes do not match or the
     *     algorithm is not supported; SIZE_INVALID when the length is not the declared one. Nothing
     *     is kept.
     * @throws IOException when reading the chunk fails; nothing is kept
     */
    Descriptor putBlob(RepositoryName repository, Digest digest, UploadChunk content)
            throws IOException;

    /**
     * Makes a blob of one repository visible in another without copying bytes (end-11).
     *
     * @return empty when the source does not have the blob, which is no error
     */
    Optional<Descriptor> mountBlob(RepositoryName target, Digest digest, MountSource source);

    /**
     * Stores a manifest and points tags at it. With {@link ReferencePolicy#STRICT} every blob and
     * manifest that it needs must be in the same repository, except where the specification makes
     * an exception.
     *
     * @param manifest already parsed and checked against its digest
     * @param tags moved to this manifest in this order; may be empty. With a {@link TagCondition}
     *     each tag is moved only if the condition holds for it.
     * @throws io.berth.error.RegistryException MANIFEST_BLOB_UNKNOWN, one error for each missing
     *     reference, detail = its digest; DENIED by policy; TAG_CONDITION_FAILED when the condition
     *     does not hold for a tag, detail = a map with the {@code tag} and, if it exists, its
     *     {@code digest}; the error of the {@link TagProtection} when a protected tag would move.
     *     That tag is unchanged. Nothing was written, unless the tag was moved during the push:
     *     then the manifest stays, and can be read by its digest. When moving one of several tags
     *     fails for any reason, the manifest and the tags moved before stay.
     */
    PutOutcome putManifest(
            RepositoryName repository, Manifest manifest, List<Tag> tags, PutOptions options);
}
