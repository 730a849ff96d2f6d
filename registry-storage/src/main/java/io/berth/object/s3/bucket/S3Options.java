package io.berth.object.s3.bucket;

import io.berth.object.s3.setting.S3Settings;

/**
 * How a bucket is used: what administrators set, and what follows from other settings and from the
 * heap.
 *
 * @param redirects whether clients read from the bucket themselves, by presigned URLs
 * @param spoolBytes the most bytes of the heap that are used in place of files in the spool folder,
 *     by all transfers together
 */
public record S3Options(S3Settings settings, boolean redirects, long spoolBytes) {

    /**
     * @throws IllegalArgumentException when {@code spoolBytes} is negative
     */
    public S3Options {
        if (spoolBytes < 0) {
            throw new IllegalArgumentException("spoolBytes is " + spoolBytes + ", less than 0");
        }
    }
}
