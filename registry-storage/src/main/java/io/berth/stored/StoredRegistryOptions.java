package io.berth.stored;

/**
 * How a stored registry behaves.
 *
 * @param references what a pushed manifest must find in its repository
 * @param ownership whether other registries write the same tree
 * @param tagConcurrency tags looked at or removed at once when a manifest is deleted, 1 or more
 *     ({@code storage.tag.concurrencylimit})
 * @param manifestCacheBytes memory for manifests read before, about
 */
public record StoredRegistryOptions(
        References references,
        OwnershipMode ownership,
        int tagConcurrency,
        long manifestCacheBytes) {

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

    public StoredRegistryOptions {
        if (tagConcurrency < 1) {
            throw new IllegalArgumentException("tagConcurrency " + tagConcurrency);
        }
        if (manifestCacheBytes < 0) {
            throw new IllegalArgumentException("manifestCacheBytes " + manifestCacheBytes);
        }
    }

    /** Strict, with ownership decided by the tree, for this machine's processors. */
    public static StoredRegistryOptions defaults() {
        return new StoredRegistryOptions(
                References.STRICT,
                OwnershipMode.AUTO,
                Runtime.getRuntime().availableProcessors(),
                24L * 1024 * 1024);
    }
}
