package io.berth.object.s3;

/**
 * How large the parts of an object are whose length nobody knows. An object may have 10,000 parts;
 * they double every 900, so that 5 TiB fit whatever the first of them has.
 *
 * @param first bytes of the first
 */
record PartSizes(long first) {

    static final int MAX_PARTS = 10_000;

    private static final int DOUBLED_EVERY = 900;

    /**
     * @param index of the part, from 0
     */
    long of(int index) {
        return grown(first, index);
    }

    /** The least a part at this place should have, so that the parts suffice all the same. */
    long least(int index) {
        return Math.min(grown(S3Options.MIN_PART, index), of(index));
    }

    private static long grown(long size, int index) {
        int doublings = Math.min(index / DOUBLED_EVERY, Long.numberOfLeadingZeros(size) - 2);
        return Math.min(size << doublings, S3Options.MAX_PART);
    }
}
