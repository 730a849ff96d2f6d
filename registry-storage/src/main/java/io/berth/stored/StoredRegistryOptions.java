package io.berth.stored;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a stored registry behaves.
 *
 * @param references what a pushed manifest must find in its repository
 * @param ownership whether other registries write the same tree
 * @param tagConcurrency tags looked at or removed at once when a manifest is deleted, 1 or more
 *     ({@code storage.tag.concurrencylimit})
 * @param manifestCacheBytes memory for manifests read before, about
 * @param manifestReadingBytes memory for manifests that are being read, about; a request holds one
 *     of up to a 512th of it, and between 16 and 64 KiB, besides
 * @param uploadBufferBytes memory for buffers of uploads whose bytes are there, at the most; an
 *     upload that waits for its client takes 8 KiB besides
 * @param seenBytes memory for what was seen lately, so that it is not asked for again, at the most:
 *     which blobs, tags and repositories are there, and what is known of upload sessions
 * @param place where the store is
 * @param membershipTrust how long a reader may be told what a repository was seen to hold, though
 *     another replica may have deleted it since; zero: not at all. Without effect in a shared tree
 * @param sessionKey what the ids of upload sessions are made with, on all replicas; {@code null}:
 *     one that is kept in the store ({@code http.secret})
 */
public record StoredRegistryOptions(
        References references,
        OwnershipMode ownership,
        int tagConcurrency,
        long manifestCacheBytes,
        long manifestReadingBytes,
        long uploadBufferBytes,
        long seenBytes,
        Place place,
        Duration membershipTrust,
        @Nullable SessionKey sessionKey) {

    /** Requests that wait for a network at once, where nothing else is set. */
    private static final int FAR_CONCURRENCY = 16;

    /** What a pushed manifest must find in its repository. */
    public enum References {
        /** Everything it refers to. */
        STRICT,
        /** Nothing: sparse images and indexes may be pushed. */
        LENIENT
    }

    /** Whether other registries write the same tree. */
    public enum OwnershipMode {
        /** Exclusive if the tree says so or is empty; otherwise shared. */
        AUTO,
        /** Only Berth writes: its indexes can be trusted. The tree is marked so. */
        EXCLUSIVE,
        /** Others write, too: the tree itself is searched. The mark is removed. */
        SHARED
    }

    /** Where the store is. */
    public enum Place {
        /** On this machine: a look costs microseconds, and no other process works on the tree. */
        NEAR,
        /**
         * Across a network: each request takes a round trip, and other replicas work on the tree.
         */
        FAR
    }

    /**
     * A secret.
     *
     * @param value not copied: nobody changes it
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record SessionKey(byte[] value) {

        @Override
        public String toString() {
            return "SessionKey[…]";
        }
    }

    public StoredRegistryOptions {
        if (tagConcurrency < 1) {
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

    /** Strict, with ownership decided by the tree, for this machine's processors. */
    public static StoredRegistryOptions defaults() {
        return new StoredRegistryOptions(
                References.STRICT,
                OwnershipMode.AUTO,
                Runtime.getRuntime().availableProcessors(),
                24L * 1024 * 1024,
                32L * 1024 * 1024,
                8L * 1024 * 1024,
                16L * 1024 * 1024,
                Place.NEAR,
                Duration.ZERO,
                null);
    }

    /** The same for a store elsewhere, with other replicas on it. */
    public StoredRegistryOptions far(Duration membershipTrust) {
        return new StoredRegistryOptions(
                references,
                ownership,
                FAR_CONCURRENCY,
                manifestCacheBytes,
                manifestReadingBytes,
                uploadBufferBytes,
                seenBytes,
                Place.FAR,
                membershipTrust,
                sessionKey);
    }

    public StoredRegistryOptions with(OwnershipMode ownership) {
        return new StoredRegistryOptions(
                references,
                ownership,
                tagConcurrency,
                manifestCacheBytes,
                manifestReadingBytes,
                uploadBufferBytes,
                seenBytes,
                place,
                membershipTrust,
                sessionKey);
    }

    boolean isFar() {
        return place == Place.FAR;
    }
}
