package io.berth.registry;

import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.registry.tag.TagProtection;
import java.util.Optional;

/**
 * Removes content from a repository (distribution-spec, "Content Management"). Effects are visible
 * at once. The bytes of blobs and manifests stay in the store.
 */
public interface RegistryDeleter {

    /**
     * Removes a blob from this repository only, even when manifests refer to it.
     *
     * @throws io.berth.error.RegistryException BLOB_UNKNOWN
     */
    void deleteBlob(RepositoryName repository, Digest digest);

    /**
     * Removes the tags that point at a manifest and then the manifest. A tag that is moved to
     * another manifest meanwhile stays. When some tags cannot be removed, the manifest stays, so
     * that a retry can finish; the exception has one error for each of these tags.
     *
     * @param protection of tags: if a tag that points at the manifest is protected, nothing is
     *     removed. A push that points a protected tag at the manifest meanwhile counts as the later
     *     of the two, and the manifest is there again when the push returns.
     * @return the tags that were removed
     * @throws io.berth.error.RegistryException MANIFEST_UNKNOWN; the errors of the protection, one
     *     for each protected tag
     */
    DeleteOutcome deleteManifest(
            RepositoryName repository, Digest digest, TagProtection protection);

    /**
     * Removes one tag; its manifest stays.
     *
     * @param protection of the tag: a protected tag is not removed
     * @return the digest that the tag had; empty where the registry cannot know, such as at the
     *     other end of an HTTP connection, and where the stored tag was damaged
     * @throws io.berth.error.RegistryException MANIFEST_UNKNOWN; the error of the protection
     */
    Optional<Digest> deleteTag(RepositoryName repository, Tag tag, TagProtection protection);
}
