package io.berth.registry;

import io.berth.manifest.Manifest;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.name.UploadId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Adding content (distribution-spec, "Push"). A repository comes into being with its first content.
 *
 * <p>A method that returns has made its effect durable as the storage promises. A method that fails
 * leaves nothing visible that was not visible before, and everything it may be asked again for may
 * be asked again: content is addressed by digest, so repeating is harmless.
 */
public interface RegistryWriter {

    /** Opens a new upload session. Nothing is visible of it until it is committed. */
    Upload startUpload(RepositoryName repository);

    /**
     * Takes up a session where it stands, on this or another replica. Does not wait for a request
     * that is adding to the session: what that has added is kept before this returns.
     *
     * @param state as {@link Upload#state} gave it after the last request, which may be none;
     *     {@link Upload#ASK} for a caller that does not know it. With an old one the session is as
     *     it was then, a wrong one means the same as {@code ASK}.
     * @throws io.berth.error.RegistryException BLOB_UPLOAD_UNKNOWN when it does not exist in this
     *     repository, was finished, cancelled or expired; when that happened on another replica it
     *     is perhaps found out only when the session is used, or it begins again, empty
     */
    Upload resumeUpload(RepositoryName repository, UploadId id, @Nullable String state);

    /**
     * Stores a blob whose digest is known before its bytes, without a session.
     *
     * @throws io.berth.error.RegistryException DIGEST_INVALID when the bytes do not match or the
     *     algorithm is not supported; SIZE_INVALID when the length is not the one declared. Nothing
     *     is kept of such content.
     * @throws IOException when reading the chunk fails; nothing is kept
     */
    Descriptor putBlob(RepositoryName repository, Digest digest, UploadChunk content)
            throws IOException;

    /**
     * Makes a blob of one repository visible in another without moving bytes (end-11).
     *
     * @return empty when the blob was not found where it was looked for; not an error
     */
    Optional<Descriptor> mountBlob(RepositoryName target, Digest digest, MountSource source);

    /**
     * Stores a manifest and points tags at it. With {@link ReferencePolicy#STRICT} every blob and
     * manifest it needs must be in the same repository, except where the specification exempts it.
     *
     * @param manifest parsed and checked against its digest already
     * @param tags all moved to this manifest, in this order; may be empty. With a {@link
     *     TagCondition} each is moved only if the condition holds of it.
     * @throws io.berth.error.RegistryException MANIFEST_BLOB_UNKNOWN, one error for each missing
     *     reference, detail = its digest; DENIED by policy; TAG_CONDITION_FAILED when the condition
     *     does not hold of a tag, detail = a map with the {@code tag} and, if it exists, the {@code
     *     digest} that it has. That tag is as it was. Nothing at all was written, unless the tag
     *     moved in the meantime: then the manifest stays, to be read by its digest. When moving one
     *     of several tags fails, for whatever reason, the manifest and the tags before it stay.
     */
    PutOutcome putManifest(
            RepositoryName repository, Manifest manifest, List<Tag> tags, PutOptions options);
}
