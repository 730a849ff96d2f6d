package io.berth.registry;

import io.berth.manifest.Manifest;
import io.berth.name.Digest;
import io.berth.name.Reference;
import io.berth.name.RepositoryName;
import java.net.URI;
import java.util.Optional;

/**
 * Reading by name (distribution-spec, "Pull"). Content is visible only in repositories that hold
 * it.
 */
public interface RegistryReader {

    /**
     * A blob, ready to be read. The handle holds no open resource until its content is opened.
     *
     * @throws io.berth.error.RegistryException BLOB_UNKNOWN
     */
    Blob blob(RepositoryName repository, Digest digest);

    /**
     * An address where the client may fetch a blob itself, valid for minutes: hand it out at once
     * and do not keep it. Empty where the registry sends the content. Whether the content is there
     * is not looked at.
     *
     * @throws io.berth.error.RegistryException BLOB_UNKNOWN when there are such addresses, but the
     *     repository does not hold the blob
     */
    Optional<URI> blobLink(RepositoryName repository, Digest digest);

    /**
     * The digest a reference stands for at this moment, if that manifest is there; cheaper than
     * reading it. A digest is answered with itself.
     *
     * @throws io.berth.error.RegistryException MANIFEST_UNKNOWN
     */
    Digest resolve(RepositoryName repository, Reference reference);

    /**
     * A manifest, whole. Asked by digest, {@link Manifest#digest()} is that digest; asked by tag,
     * it is the one the tag was made with.
     *
     * @throws io.berth.error.RegistryException MANIFEST_UNKNOWN
     */
    Manifest manifest(RepositoryName repository, Reference reference);
}
