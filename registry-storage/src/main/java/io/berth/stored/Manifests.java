package io.berth.stored;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.manifest.ManifestParser;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Manifests as repositories see them: a revision link in the repository, and content that all
 * share. The content is cached by its digest, which needs no invalidation; that a repository holds
 * it is asked of the storage every time.
 */
final class Manifests {

    private static final Logger log = LoggerFactory.getLogger(Manifests.class);

    /** More than this registry takes in, for what others let in. */
    private static final int MAX_STORED_SIZE = 16 * 1024 * 1024;

    /** What a parsed manifest takes in memory, per byte of its content, at most about. */
    private static final int MEMORY_PER_BYTE = 3;

    private final ObjectStore store;
    private final Links links;
    private final Cache<Digest, Manifest> cache;

    /**
     * @param cacheBytes memory for cached manifests, about
     */
    Manifests(ObjectStore store, Links links, long cacheBytes) {
        this.store = store;
        this.links = links;
        this.cache =
                Caffeine.newBuilder()
                        .maximumWeight(cacheBytes)
                        .weigher(
                                (Digest digest, Manifest manifest) ->
                                        1024 + manifest.size() * MEMORY_PER_BYTE)
                        .build();
    }

    boolean contains(RepositoryName repository, Digest digest) {
        return digest.hash().isPresent()
                && links.isThere(RegistryLayout.revisionLink(repository, digest));
    }

    /** Empty unless both the link and the content are there. */
    Optional<Manifest> find(RepositoryName repository, Digest digest) {
        return contains(repository, digest) ? content(digest) : Optional.empty();
    }

    /**
     * The content under a digest, whichever repository it is in.
     *
     * @throws RegistryException UNKNOWN when the stored bytes are not what their key says
     */
    private Optional<Manifest> content(Digest digest) {
        Manifest cached = cache.getIfPresent(digest);
        if (cached != null) {
            return Optional.of(cached);
        }
        byte[] content;
        try {
            content = store.read(RegistryLayout.blob(digest), MAX_STORED_SIZE);
        } catch (ObjectStoreException.NotFound e) {
            return Optional.empty();
        }
        requireIntact(digest, content);
        Manifest manifest = ManifestParser.stored(content, digest);
        cache.put(digest, manifest);
        return Optional.of(manifest);
    }

    private static void requireIntact(Digest digest, byte[] content) {
        Digest actual = Digest.ofContent(digest.hash().orElseThrow(), content);
        if (!actual.equals(digest)) {
            log.error(
                    "the content stored under {} has the digest {}: the storage is damaged, or"
                            + " another registry was interrupted while it wrote",
                    digest,
                    actual);
            throw new RegistryException(
                    ErrorCode.UNKNOWN, "the stored manifest is damaged", digest.toString());
        }
    }

    /** Stores content and link. Whole but not yet durable: what is written after it makes it so. */
    void put(RepositoryName repository, Manifest manifest, Durability linkDurability) {
        Digest digest = manifest.digest();
        store.put(
                RegistryLayout.blob(digest),
                manifest.content(),
                Condition.always(),
                Durability.WHOLE);
        links.write(RegistryLayout.revisionLink(repository, digest), digest, linkDurability);
        cache.put(digest, manifest);
    }

    void unlink(RepositoryName repository, Digest digest) {
        store.delete(RegistryLayout.revisionLink(repository, digest), Condition.always());
    }

    static RegistryException unknown(String what) {
        return new RegistryException(
                ErrorCode.MANIFEST_UNKNOWN, ErrorCode.MANIFEST_UNKNOWN.message(), what);
    }
}
