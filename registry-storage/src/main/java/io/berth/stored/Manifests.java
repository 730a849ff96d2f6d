package io.berth.stored;

import com.github.benmanes.caffeine.cache.Cache;
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
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Manifests as repositories see them: a revision link in the repository, and content that all
 * share. The content is cached by its digest, which needs no invalidation. That a repository holds
 * it may be remembered for readers ({@link Memberships}); where a push relies on a manifest, the
 * storage is asked for its content every time.
 */
final class Manifests {

    private static final Logger log = LoggerFactory.getLogger(Manifests.class);

    /** More than this registry takes in, for what others let in. */
    private static final int MAX_STORED_SIZE = 16 * 1024 * 1024;

    /** Nearly all manifests are smaller. */
    private static final int MAX_AHEAD = 64 * 1024;

    private final ObjectStore store;
    private final Links links;
    private final Parallel lookups;
    private final Memberships<Boolean> known;
    private final Cache<Digest, Manifest> cache;

    /**
     * @param trust how long what was seen may be remembered
     * @param cacheBytes memory for cached manifests, about
     */
    Manifests(ObjectStore store, Links links, Parallel lookups, Duration trust, long cacheBytes) {
        this.store = store;
        this.links = links;
        this.lookups = lookups;
        this.known = new Memberships<>(trust);
        this.cache =
                Caches.builder()
                        .maximumWeight(cacheBytes)
                        .weigher(
                                (Digest digest, Manifest manifest) ->
                                        (int) Math.min(Integer.MAX_VALUE, manifest.memory()))
                        .build();
    }

    /** Whether the repository links to it, which may be remembered. */
    boolean contains(RepositoryName repository, Digest digest) {
        return known.get(repository, digest).isPresent() || isLinked(repository, digest);
    }

    /** The same, asked of the store. */
    boolean isLinked(RepositoryName repository, Digest digest) {
        boolean linked =
                digest.hash().isPresent()
                        && links.isThere(RegistryLayout.revisionLink(repository, digest));
        if (linked) {
            known.put(repository, digest, true);
        }
        return linked;
    }

    /** Empty unless both the link and the content are there. */
    Optional<Manifest> find(RepositoryName repository, Digest digest) {
        if (digest.hash().isEmpty()) {
            return Optional.empty();
        }
        Manifest cached = cache.getIfPresent(digest);
        if (cached != null) {
            return contains(repository, digest) ? Optional.of(cached) : Optional.empty();
        }
        Supplier<Optional<byte[]>> small = lookups.ahead(() -> small(digest));
        if (!contains(repository, digest)) {
            return Optional.empty();
        }
        return lookups.isAhead()
                ? small.get().map(content -> parsed(digest, content)).or(() -> content(digest))
                : content(digest);
    }

    /**
     * Content that is asked for before it is known that the repository has it: little, for anyone
     * may ask for anything; empty when it is more, or not there.
     */
    private Optional<byte[]> small(Digest digest) {
        try {
            return Optional.of(store.read(RegistryLayout.blob(digest), MAX_AHEAD));
        } catch (ObjectStoreException e) {
            return Optional.empty(); // asked again, and for good, if it is wanted
        }
    }

    /** Whether the repository holds it and the content is stored at this moment. */
    boolean isThere(RepositoryName repository, Digest digest) {
        if (digest.hash().isEmpty()) {
            return false;
        }
        Supplier<Boolean> stored = lookups.ahead(() -> isStored(digest));
        return contains(repository, digest) && stored.get();
    }

    private boolean isStored(Digest digest) {
        try {
            store.head(RegistryLayout.blob(digest));
            return true;
        } catch (ObjectStoreException.NotFound e) {
            return false;
        }
    }

    /**
     * The content under a digest, whichever repository it is in.
     *
     * @throws RegistryException UNKNOWN when the stored bytes are not what their key says
     */
    private Optional<Manifest> content(Digest digest) {
        byte[] content;
        try {
            content = store.read(RegistryLayout.blob(digest), MAX_STORED_SIZE);
        } catch (ObjectStoreException.NotFound e) {
            return Optional.empty();
        }
        return Optional.of(parsed(digest, content));
    }

    private Manifest parsed(Digest digest, byte[] content) {
        requireIntact(digest, content);
        Manifest manifest = ManifestParser.stored(content, digest);
        cache.put(digest, manifest);
        return manifest;
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

    /** Stores the content. Whole but not yet durable: what is written after it makes it so. */
    void putContent(Manifest manifest) {
        store.put(
                RegistryLayout.blob(manifest.digest()),
                manifest.content(),
                Condition.always(),
                Durability.WHOLE);
        cache.put(manifest.digest(), manifest);
    }

    /** Makes content that is stored visible in a repository. */
    void link(RepositoryName repository, Digest digest, Durability durability) {
        links.write(RegistryLayout.revisionLink(repository, digest), digest, durability);
        known.put(repository, digest, true);
    }

    void unlink(RepositoryName repository, Digest digest) {
        try {
            store.delete(RegistryLayout.revisionLink(repository, digest), Condition.always());
        } finally {
            known.remove(repository, digest);
        }
    }

    static RegistryException unknown(String what) {
        return new RegistryException(
                ErrorCode.MANIFEST_UNKNOWN, ErrorCode.MANIFEST_UNKNOWN.message(), what);
    }
}
