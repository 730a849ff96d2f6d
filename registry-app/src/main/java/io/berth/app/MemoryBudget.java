package io.berth.app;

/**
 * Divides the heap among the data that clients can make the process hold. The only place that turns
 * the size of the heap into bounds, in bytes. All parts together, with what the application itself
 * holds, are less than nine tenths of the heap; the rest is for garbage that is not collected yet.
 *
 * <p>Immutable.
 *
 * @param heapBytes the most memory for Java objects, as given by {@code -Xmx}
 */
record MemoryBudget(long heapBytes) {

    private static final long MIB = 1024 * 1024;

    /** The least heap that the bounds are tested with. */
    static final long LEAST_HEAP_BYTES = 128 * MIB;

    /** A larger heap does not give larger caches: the rest is for connections. */
    private static final long MOST_FOR_CACHES = 1024 * MIB;

    /** The budget of this process. */
    static MemoryBudget ofProcess() {
        return new MemoryBudget(Runtime.getRuntime().maxMemory());
    }

    /**
     * Whether the heap is smaller than the smallest that the bounds are tested with. The serial
     * collector counts one of its two survivor spaces out, so that {@code -Xmx128m} is 124 MiB
     * here.
     */
    boolean isTooSmall() {
        return heapBytes < LEAST_HEAP_BYTES / 16 * 15;
    }

    int heapMebibytes() {
        return Math.toIntExact(heapBytes / MIB);
    }

    /** The cache of parsed manifests. */
    long manifestCacheBytes(boolean onDisk) {
        return onDisk ? share(20) - linkBytes() : share(20);
    }

    /**
     * The cache of the links of tags and blobs, for a store on a disk. The least heap has room for
     * the links of 1,500 tags.
     */
    long linkBytes() {
        return share(120);
    }

    /**
     * Manifests that are being pushed: one half for those that are being received, the other for
     * complete ones with their parsed form.
     */
    long manifestsUnderWayBytes() {
        return share(6);
    }

    /** Stored manifests that are being read and parsed to learn their type. */
    long manifestReadingBytes() {
        return share(16);
    }

    /**
     * Buffers of uploads that have bytes to be stored at this moment. What an upload holds while it
     * waits for its client is a part of {@link #connectionBytes}.
     */
    long uploadBufferBytes() {
        return share(32);
    }

    /** Bytes on their way to S3 that are small enough not to be put into a file. */
    long spoolBytes() {
        return share(32);
    }

    /**
     * Names of tags and repositories that are cached for the next page, or are being read. A
     * quarter is enough for the 100,000 tags of one repository, also in the least heap. A tenth of
     * the heap, without what tokens have.
     */
    long nameBytes() {
        return share(10) - tokenBytes();
    }

    /**
     * The cache of facts that were seen lately: which blobs, tags and repositories exist, and the
     * state of upload sessions. An entry that is evicted costs another request to the store.
     */
    long seenBytes() {
        return share(32);
    }

    /** Tokens that were verified: 1,500 in the least heap, 6,000 in one of 512 MiB. */
    long tokenBytes() {
        return share(128);
    }

    /** Pages of tags, repositories and referrers that are being made and sent. */
    long listBytes() {
        return share(16);
    }

    /**
     * Connections, idle or in a request, with what a request holds. Of a heap above the least one,
     * 3/16 more are for connections.
     */
    long connectionBytes() {
        return heapBytes / 5 + Math.max(0, heapBytes - LEAST_HEAP_BYTES) * 3 / 16;
    }

    private long share(int divisor) {
        return Math.min(heapBytes, MOST_FOR_CACHES) / divisor;
    }
}
