package io.berth.object.s3.multipart;

import io.berth.object.s3.setting.MultipartSettings;

/**
 * The sizes of the parts of an object whose length is not known before. S3 allows {@value
 * #MAX_PARTS} parts, so the size doubles every {@value #DOUBLED_EVERY} parts: 5 TiB, the largest
 * object of S3, always fit.
 *
 * @param first bytes of the first part
 */
public record PartSizes(long first) {

    /** The most parts that an object can have. */
    public static final int MAX_PARTS = 10_000;

    private static final int DOUBLED_EVERY = 900;

    /**
     * Bytes of a full part.
     *
     * @param index of the part, from 0
     */
    public long of(int index) {
        return grown(first, index);
    }

    /** The fewest bytes of this part with which {@value #MAX_PARTS} parts still suffice. */
    public long least(int index) {
        return Math.min(grown(MultipartSettings.MIN_PART, index), of(index));
    }

    private static long grown(long size, int index) {
        int doublings = Math.min(index / DOUBLED_EVERY, Long.numberOfLeadingZeros(size) - 2);
        return Math.min(size << doublings, MultipartSettings.MAX_PART);
    }
}
