package io.berth.storage;

import io.berth.storage.index.OwnershipMode;
import io.berth.storage.upload.SessionKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Options of a stored registry. Sizes of memory are in bytes.
 *
 * @param ownership whether other registries write the same tree
 * @param tagLookups how many tags the delete of a manifest reads or removes at the same time
 * @param manifestCacheBytes memory of the cache of manifests, about
 * @param manifestReadingBytes memory for manifests that are being read, about; a request holds one
 *     of up to a 512th of it, and between 16 and 64 KiB, besides
 * @param uploadBufferBytes memory at most for the large buffers of uploads, which they hold while
 *     bytes of their client are available; each upload takes 8 KiB besides
 * @param seenBytes memory at most of the caches of what the store was seen to hold: blobs, tags,
 *     repositories and upload sessions
 * @param replicas whether other processes of Berth work on the tree, now or later
 * @param membershipTrust how long reads may rely on the cached fact that a repository has a blob or
 *     manifest, although another replica may have deleted it since; zero: not at all. Without
 *     effect in a shared tree
 * @param sessionKey the secret for the ids of upload sessions, the same on all replicas ({@code
 *     http.secret}); {@code null}: one that is kept in the store
 */
public record StoredRegistryOptions(
        OwnershipMode ownership,
        TagLookupSettings tagLookups,
        long manifestCacheBytes,
        long manifestReadingBytes,
        long uploadBufferBytes,
        long seenBytes,
        boolean replicas,
        Duration membershipTrust,
        @Nullable SessionKey sessionKey) {

    /** Concurrent requests of one operation to a remote store. */
    private static final int REMOTE_CONCURRENCY = 16;

    public StoredRegistryOptions {
        if (manifestCacheBytes < 0) {
            throw new IllegalArgumentException("manifestCacheBytes " + manifestCacheBytes);
        }
        if (uploadBufferBytes < 0) {
            throw new IllegalArgumentException("uploadBufferBytes " + uploadBufferBytes);
        }
        if (seenBytes < 0) {
            throw new IllegalArgumentException("seenBytes " + seenBytes);
        }
    }

    /** The tree decides the ownership, and there are no replicas. */
    public static StoredRegistryOptions defaults() {
        return new StoredRegistryOptions(
                OwnershipMode.AUTO,
                new TagLookupSettings(0),
                24L * 1024 * 1024,
                32L * 1024 * 1024,
                8L * 1024 * 1024,
                16L * 1024 * 1024,
                false,
                Duration.ZERO,
                null);
    }

    /** These options with replicas on the tree. */
    public StoredRegistryOptions amongReplicas(Duration membershipTrust) {
        return new StoredRegistryOptions(
                ownership,
                tagLookups,
                manifestCacheBytes,
                manifestReadingBytes,
                uploadBufferBytes,
                seenBytes,
                true,
                membershipTrust,
                sessionKey);
    }

    public StoredRegistryOptions with(OwnershipMode ownership) {
        return new StoredRegistryOptions(
                ownership,
                tagLookups,
                manifestCacheBytes,
                manifestReadingBytes,
                uploadBufferBytes,
                seenBytes,
                replicas,
                membershipTrust,
                sessionKey);
    }

    /** Concurrent look-ups of one operation. */
    int lookupConcurrency(boolean remote) {
        // A look-up on a local disk takes less time than to start a thread.
        return remote ? REMOTE_CONCURRENCY : 1;
    }

    /** Tags that the delete of a manifest reads or removes at the same time. */
    int tagConcurrency(boolean remote) {
        int limit = tagLookups.concurrencyLimit();
        int ownLimit = remote ? REMOTE_CONCURRENCY : Runtime.getRuntime().availableProcessors();
        return limit > 0 ? limit : ownLimit;
    }
}
