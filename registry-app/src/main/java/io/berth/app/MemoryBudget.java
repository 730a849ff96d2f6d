package io.berth.app;

/**
 * How the heap is divided among what clients can make the process hold. The only place that turns
 * the size of the heap into bounds: each part gets its bound from here, in bytes, and keeps within
 * it. All parts together, with what the application itself holds, are less than nine tenths of the
 * heap; the rest is for garbage that is not collected yet.
 *
 * <p>Immutable.
 *
 * @param heapBytes the most memory for Java objects, as given by {@code -Xmx}
 */
record MemoryBudget(long heapBytes) {

    private static final long MIB = 1024 * 1024;

    /** The least heap that the bounds are tested with. */
    static final long LEAST_HEAP_BYTES = 128 * MIB;

    /** Above this size more heap gives caches no more: it serves connections. */
    private static final long MOST_FOR_CACHES = 1024 * MIB;

    /** The budget of this process. */
    static MemoryBudget ofProcess() {
        return new MemoryBudget(Runtime.getRuntime().maxMemory());
    }

    /**
     * Whether there is less than the bounds are tested with. The serial collector counts one of its
     * two survivor spaces out, so that {@code -Xmx128m} is 124 MiB here.
     */
    boolean isTooSmall() {
        return heapBytes < LEAST_HEAP_BYTES / 16 * 15;
    }

    int heapMebibytes() {
        return Math.toIntExact(heapBytes / MIB);
    }

    /** Manifests kept in memory because they may be asked for again, in their parsed form. */
    long manifestCacheBytes(boolean onDisk) {
        return onDisk ? share(20) - linkBytes() : share(20);
    }

    /**
     * Links of tags and blobs that are kept because they may be asked for again, on a disk. The
     * least heap has room for those of 1,500 tags.
     */
    long linkBytes() {
        return share(120);
    }

    /**
     * Manifests that are being pushed: in one half what has come of them, in the other whole ones
     * with their parsed form.
     */
    long manifestsUnderWayBytes() {
        return share(6);
    }

    /** Stored manifests that are read to find out what they are. */
    long manifestReadingBytes() {
        return share(16);
    }

    /**
     * Buffers of uploads that have bytes to be stored at this moment. What an upload holds while it
     * waits for its client is a part of its connection's.
     */
    long uploadBufferBytes() {
        return share(32);
    }

    /** Bytes on their way to S3 that are small enough not to be put into a file. */
    long spoolBytes() {
        return share(32);
    }

    /**
     * Names of tags and repositories that are kept for the next page, or are being read. A quarter
     * is enough for the 100,000 tags of one repository, also in the least heap.
     */
    long nameBytes() {
        return share(10);
    }

    /**
     * What was seen lately and is not asked for again: blobs, tags and repositories that are there,
     * and what is known of upload sessions. Losing some costs requests to the store.
     */
    long seenBytes() {
        return share(32);
    }

    /** Pages of tags, repositories and referrers that are being made and sent. */
    long listBytes() {
        return share(16);
    }

    /**
     * Connections, idle ones and such as are in a request, with what a request holds. What is not
     * needed for the least heap serves more of them.
     */
    long connectionBytes() {
        return heapBytes / 5 + Math.max(0, heapBytes - LEAST_HEAP_BYTES) * 3 / 16;
    }

    private long share(int divisor) {
        return Math.min(heapBytes, MOST_FOR_CACHES) / divisor;
    }
}
