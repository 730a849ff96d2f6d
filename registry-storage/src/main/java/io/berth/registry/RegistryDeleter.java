package io.berth.registry;

import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
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
     * @return the tags that were removed
     * @throws io.berth.error.RegistryException MANIFEST_UNKNOWN
     */
    DeleteOutcome deleteManifest(RepositoryName repository, Digest digest);

    /**
     * Removes one tag; its manifest stays.
     *
     * @return the digest that the tag had; empty where the registry cannot know, such as at the
     *     other end of an HTTP connection, and where the stored tag was damaged
     * @throws io.berth.error.RegistryException MANIFEST_UNKNOWN
     */
    Optional<Digest> deleteTag(RepositoryName repository, Tag tag);
}
