package io.berth.registry;

import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;

/**
 * Removing content from a repository (distribution-spec, "Content Management"). Effects are visible
 * at once. Bytes that nothing refers to any more are reclaimed later, elsewhere.
 */
public interface RegistryDeleter {

    /**
     * Removes a blob from this repository alone; manifests that refer to it are not looked at.
     *
     * @throws io.berth.error.RegistryException BLOB_UNKNOWN
     */
    void deleteBlob(RepositoryName repository, Digest digest);

    /**
     * Removes the tags that point at a manifest and then the manifest. A tag that moves elsewhere
     * meanwhile stays. When some tags could not be removed the manifest stays, so that a retry
     * finishes; each failure is an error of its own in the exception.
     *
     * @throws io.berth.error.RegistryException MANIFEST_UNKNOWN
     */
    void deleteManifest(RepositoryName repository, Digest digest);

    /**
     * Removes one tag; its manifest stays.
     *
     * @throws io.berth.error.RegistryException MANIFEST_UNKNOWN
     */
    void deleteTag(RepositoryName repository, Tag tag);
}
