package io.berth.stored;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.ByteRange;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.MediaType;
import io.berth.name.RepositoryName;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.registry.Blob;
import io.berth.registry.MountSource;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Blobs as repositories see them: a link in the repository, and the content that all share. Both
 * must be there; a link without content reads as absent and is healed by the next push.
 */
final class Blobs {

    private final ObjectStore store;
    private final Links links;
    private final BlobWhereabouts whereabouts = new BlobWhereabouts();

    Blobs(ObjectStore store, Links links) {
        this.store = store;
        this.links = links;
    }

    Blob open(RepositoryName repository, Digest digest) {
        return find(repository, digest)
                .orElseThrow(
                        () ->
                                new RegistryException(
                                        ErrorCode.BLOB_UNKNOWN,
                                        ErrorCode.BLOB_UNKNOWN.message(),
                                        digest.toString()));
    }

    Optional<StoredBlob> find(RepositoryName repository, Digest digest) {
        if (digest.hash().isEmpty()) {
            return Optional.empty(); // nothing can have been stored under it
        }
        return links.read(RegistryLayout.layerLink(repository, digest))
                .flatMap(link -> contentOf(digest, link));
    }

    /**
     * @param target what the link says, which another registry lets differ: it keeps all content
     *     under sha256 and links other digests to that
     */
    private Optional<StoredBlob> contentOf(Digest digest, Digest target) {
        ObjectKey key = RegistryLayout.blob(target);
        try {
            long size = store.head(key).size();
            return Optional.of(
                    new StoredBlob(
                            store,
                            key,
                            target,
                            Descriptor.of(MediaType.OCTET_STREAM, digest, size)));
        } catch (ObjectStoreException.NotFound e) {
            return Optional.empty();
        }
    }

    /**
     * Makes content that is stored already visible in a repository. Durable: the content's own
     * write becomes so with it.
     */
    void link(RepositoryName repository, Digest digest, Digest target) {
        links.write(RegistryLayout.layerLink(repository, digest), target, Durability.DURABLE);
        whereabouts.saw(repository, digest);
    }

    Optional<Descriptor> mount(RepositoryName target, Digest digest, MountSource source) {
        List<RepositoryName> candidates =
                switch (source) {
                    case MountSource.From(RepositoryName from) -> List.of(from);
                    case MountSource.Anywhere(var readable) ->
                            whereabouts.of(digest).stream().filter(readable).toList();
                };
        for (RepositoryName from : candidates) {
            Optional<StoredBlob> found = find(from, digest);
            if (found.isPresent()) {
                if (!from.equals(target)) {
                    link(target, digest, found.get().target());
                }
                return Optional.of(found.get().descriptor());
            }
        }
        return Optional.empty();
    }

    void delete(RepositoryName repository, Digest digest) {
        open(repository, digest);
        store.delete(RegistryLayout.layerLink(repository, digest), Condition.always());
    }

    /** A blob found at its key. */
    record StoredBlob(ObjectStore store, ObjectKey key, Digest target, Descriptor descriptor)
            implements Blob {

        @Override
        public Optional<Path> file() {
            return store.localFiles().map(files -> files.path(key));
        }

        @Override
        public InputStream open(ByteRange range) {
            try {
                return store.open(key, range);
            } catch (ObjectStoreException.NotFound e) {
                throw new RegistryException(
                        ErrorCode.BLOB_UNKNOWN,
                        ErrorCode.BLOB_UNKNOWN.message(),
                        descriptor.digest().toString());
            } catch (ObjectStoreException e) {
                throw Failures.translate(e);
            }
        }
    }
}
