package io.berth.storage;

import io.berth.storage.index.OwnershipMode;
import io.berth.storage.upload.SessionKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a stored registry behaves.
 *
 * @param ownership whether other registries write the same tree
 * @param tagConcurrency tags looked at or removed at once when a manifest is deleted ({@code
 *     storage.tag.concurrencylimit}); 0: as many as the store is good for
 * @param manifestCacheBytes memory for manifests read before, about
 * @param manifestReadingBytes memory for manifests that are being read, about; a request holds one
 *     of up to a 512th of it, and between 16 and 64 KiB, besides
 * @param uploadBufferBytes memory for buffers of uploads whose bytes are there, at the most; an
 *     upload that waits for its client takes 8 KiB besides
 * @param seenBytes memory for what was seen lately, so that it is not asked for again, at the most:
 *     which blobs, tags and repositories are there, and what is known of upload sessions
 * @param replicas whether other processes of Berth work on the tree, now or later
 * @param membershipTrust how long a reader may be told what a repository was seen to hold, though
 *     another replica may have deleted it since; zero: not at all. Without effect in a shared tree
 * @param sessionKey what the ids of upload sessions are made with, on all replicas; {@code null}:
 *     one that is kept in the store ({@code http.secret})
 */
public record StoredRegistryOptions(
        OwnershipMode ownership,
        int tagConcurrency,
        long manifestCacheBytes,
        long manifestReadingBytes,
        long uploadBufferBytes,
        long seenBytes,
        boolean replicas,
        Duration membershipTrust,
        @Nullable SessionKey sessionKey) {

    public StoredRegistryOptions {
        if (tagConcurrency < 0) {
            throw new IllegalArgumentException("tagConcurrency " + tagConcurrency);
        }
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

    /** Ownership is decided by the tree, and no other process is on it. */
    public static StoredRegistryOptions defaults() {
        return new StoredRegistryOptions(
                OwnershipMode.AUTO,
                0,
                24L * 1024 * 1024,
                32L * 1024 * 1024,
                8L * 1024 * 1024,
                16L * 1024 * 1024,
                false,
                Duration.ZERO,
                null);
    }

    /** The same with other replicas on the tree. */
    public StoredRegistryOptions amongReplicas(Duration membershipTrust) {
        return new StoredRegistryOptions(
                ownership,
                tagConcurrency,
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
                tagConcurrency,
                manifestCacheBytes,
                manifestReadingBytes,
                uploadBufferBytes,
                seenBytes,
                replicas,
                membershipTrust,
                sessionKey);
    }
}
