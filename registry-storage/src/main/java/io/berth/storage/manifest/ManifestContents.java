package io.berth.storage.manifest;

import com.github.benmanes.caffeine.cache.Cache;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.manifest.ManifestContent;
import io.berth.manifest.ManifestParser;
import io.berth.name.ByteRange;
import io.berth.name.Digest;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.storage.cache.Caches;
import io.berth.storage.tree.RegistryLayout;
import io.berth.storage.tree.StoreErrors;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The contents of manifests by digest, for all repositories. Contents are cached; as they never
 * change, no entry is ever invalidated. Safe for use by many threads.
 *
 * <p>The heap that concurrent reads take is bounded. A small manifest is read into memory. A larger
 * one is read as a stream to parse it, and read from the store again whenever its bytes are needed.
 */
public final class ManifestContents {

    private static final Logger log = LoggerFactory.getLogger(ManifestContents.class);

    /** Upper bound of {@link #maxHeld}, in bytes; nearly all manifests are smaller. */
    private static final int MAX_HELD = 64 * 1024;

    /** Lower bound of {@link #maxHeld}, in bytes. */
    private static final int MIN_HELD = 16 * 1024;

    /** Concurrent requests for which the memory for reading suffices. */
    private static final int HOLDERS = 512;

    /**
     * Seconds that a read of a large manifest waits for others; each takes some hundredths of one.
     */
    private static final int LARGE_TIMEOUT = 10;

    /** A manifest is cached only if it takes at most one part in so many of the cache. */
    private static final int LEAST_CACHED = 64;

    /** Bytes that the cache takes for an entry besides the manifest. */
    private static final int CACHE_ENTRY = 256;

    private final ObjectStore store;
    private final Cache<Digest, Manifest> cache;

    /** Manifests whose stored content has another digest. */
    private final Cache<Digest, Boolean> damaged =
            Caches.builder().maximumSize(1_000).expireAfterWrite(Duration.ofMinutes(10)).build();

    /** Bytes of the largest manifest that is read into memory. */
    private final int maxHeld;

    private final long maxCached;

    /** Bytes of heap for parsing small manifests; a thread that has some waits for nothing else. */
    private final Semaphore small;

    /** Large manifests that may be read at the same time; each read waits for the store. */
    private final Semaphore large;

    /** What the store has: the content, or only its size if it is larger than {@link #maxHeld}. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Found(byte @Nullable [] content, long size) {}

    /**
     * @param cacheBytes memory of the cache
     * @param readingBytes memory of manifests that are being read
     */
    public ManifestContents(ObjectStore store, long cacheBytes, long readingBytes) {
        this.store = store;
        this.maxHeld = Math.clamp(readingBytes / HOLDERS, MIN_HELD, MAX_HELD);
        this.maxCached = cacheBytes / LEAST_CACHED;
        long forSmall = Math.max(readingBytes / 4, ManifestParser.memoryToRead(maxHeld));
        this.small = new Semaphore((int) Math.min(forSmall, Integer.MAX_VALUE), true);
        long forLarge = (readingBytes - forSmall) / ManifestParser.MAX_MEMORY;
        this.large = new Semaphore(Math.clamp(forLarge, 1, Integer.MAX_VALUE), true);
        this.cache =
                Caches.builder()
                        .maximumWeight(cacheBytes)
                        .weigher((Digest _, Manifest manifest) -> weight(manifest))
                        .build();
    }

    private static int weight(Manifest manifest) {
        return (int) Math.min(CACHE_ENTRY + manifest.memory(), Integer.MAX_VALUE);
    }

    Optional<Manifest> cached(Digest digest) {
        return Optional.ofNullable(cache.getIfPresent(digest));
    }

    /** Makes one request to the store; empty when there is no such content. */
    Optional<Found> look(Digest digest) {
        try {
            byte[] content = store.read(RegistryLayout.blob(digest), maxHeld);
            return Optional.of(new Found(content, content.length));
        } catch (ObjectStoreException.NotFound e) {
            return Optional.empty();
        } catch (ObjectStoreException.TooLong e) {
            return Optional.of(new Found(null, e.size()));
        }
    }

    /**
     * Parses content, and caches the manifest.
     *
     * @throws RegistryException UNKNOWN when the stored bytes have another digest
     */
    Manifest read(Digest digest, Found found) {
        byte[] content = found.content();
        Manifest manifest =
                content == null ? readLarge(digest, found.size()) : readSmall(digest, content);
        keep(manifest);
        return manifest;
    }

    private Manifest readSmall(Digest digest, byte[] content) {
        Digest actual = Digest.ofContent(digest.hash().orElseThrow(), content);
        if (!actual.equals(digest)) {
            throw damaged(digest);
        }
        int memory = ManifestParser.memoryToRead(content.length);
        small.acquireUninterruptibly(memory);
        try {
            return ManifestParser.stored(content, digest);
        } finally {
            small.release(memory);
        }
    }

    private Manifest readLarge(Digest digest, long size) {
        ManifestContent content = new StoredContent(store, digest, size);
        acquireLarge(digest);
        try {
            return ManifestParser.storedLarge(content, digest);
        } catch (UncheckedIOException e) {
            throw new ObjectStoreException.Unavailable(
                    RegistryLayout.blob(digest).value(), "could not be read", e);
        } catch (RegistryException e) {
            throw e.code() == ErrorCode.DIGEST_INVALID ? damaged(digest) : e;
        } finally {
            large.release();
        }
    }

    private void acquireLarge(Digest digest) {
        try {
            if (large.tryAcquire(LARGE_TIMEOUT, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new ObjectStoreException.Unavailable(
                RegistryLayout.blob(digest).value(),
                "too many large manifests are being read; try again later",
                null);
    }

    /** Stores the content with {@link Durability#WHOLE}: a later write must make it durable. */
    void put(Manifest manifest) {
        store.put(
                RegistryLayout.blob(manifest.digest()),
                manifest.content(),
                Condition.always(),
                Durability.WHOLE);
        damaged.invalidate(manifest.digest());
        keep(manifest);
    }

    /** Whether the stored content was found to be damaged within the last minutes. */
    boolean isDamaged(Digest digest) {
        return damaged.getIfPresent(digest) != null;
    }

    private void keep(Manifest manifest) {
        boolean held = manifest.body().inMemory().isPresent();
        if (weight(manifest) <= maxCached && (!held || manifest.size() <= maxHeld)) {
            cache.put(manifest.digest(), manifest);
        }
    }

    private RegistryException damaged(Digest digest) {
        if (damaged.asMap().put(digest, true) == null) {
            log.error(
                    "the content stored under {} has another digest: the storage is damaged, or"
                            + " another registry was interrupted while it wrote; push the manifest again",
                    digest);
        }
        return new RegistryException(
                ErrorCode.UNKNOWN, "the stored manifest is damaged", digest.toString());
    }

    /** Content that is read from the store each time. */
    private record StoredContent(ObjectStore store, Digest digest, long size)
            implements ManifestContent {

        @Override
        public InputStream open() {
            try {
                return store.open(RegistryLayout.blob(digest), ByteRange.all(size));
            } catch (ObjectStoreException.NotFound e) {
                throw Manifests.unknown(digest.toString());
            } catch (ObjectStoreException e) {
                throw StoreErrors.translate(e);
            }
        }
    }
}
