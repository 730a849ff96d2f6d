package io.berth.registry;

import io.berth.manifest.Manifest;
import io.berth.name.Digest;
import io.berth.name.Reference;
import io.berth.name.RepositoryName;
import java.net.URI;
import java.util.Optional;

/**
 * Reads content (distribution-spec, "Pull"). Content is visible only in repositories that have it.
 */
public interface RegistryReader {

    /**
     * Finds a blob. The result holds no open resource until its content is opened.
     *
     * @throws io.berth.error.RegistryException BLOB_UNKNOWN
     */
    Blob blob(RepositoryName repository, Digest digest);

    /**
     * A URL from which the client can download the blob itself. It expires after some minutes, so
     * the caller passes it on at once and does not keep it. Empty where the registry sends the
     * content itself. Does not check that the content exists in the store.
     *
     * @throws io.berth.error.RegistryException BLOB_UNKNOWN when there are such URLs, but the
     *     repository does not have the blob
     */
    Optional<URI> blobLink(RepositoryName repository, Digest digest);

    /**
     * The digest of the manifest that a reference names now, if that manifest exists; cheaper than
     * reading the manifest. For a digest, that digest.
     *
     * @throws io.berth.error.RegistryException MANIFEST_UNKNOWN
     */
    Digest resolve(RepositoryName repository, Reference reference);

    /**
     * Reads a manifest. {@link Manifest#digest()} is the digest in the request, or the digest that
     * the tag points at.
     *
     * @throws io.berth.error.RegistryException MANIFEST_UNKNOWN
     */
    Manifest manifest(RepositoryName repository, Reference reference);
}
