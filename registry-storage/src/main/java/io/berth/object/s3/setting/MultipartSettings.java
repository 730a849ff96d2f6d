package io.berth.object.s3.setting;

import io.berth.setting.ByteSize;
import io.berth.setting.DefaultValue;

/**
 * How large objects are written and copied.
 *
 * @param chunkSize bytes of one part of a large object; an object of up to this size is written in
 *     one request. A transfer takes up to four times this in the spool folder.
 * @param multipartCopyChunkSize bytes of one part of a copy inside the store
 * @param multipartCopyMaxConcurrency parts of one copy that are under way at the same time
 * @param multipartCopyThresholdSize from more bytes on a copy is made in parts
 */
public record MultipartSettings(
        @DefaultValue("10485760") ByteSize chunkSize,
        @DefaultValue("33554432") ByteSize multipartCopyChunkSize,
        @DefaultValue("100") int multipartCopyMaxConcurrency,
        @DefaultValue("33554432") ByteSize multipartCopyThresholdSize) {

    /** The fewest bytes of a part that is not the last of its object. */
    public static final long MIN_PART = 5L << 20;

    /** The most bytes that one request can write or copy. */
    public static final long MAX_PART = 5L << 30;

    public MultipartSettings {
        requirePart("chunksize", chunkSize);
        requirePart("multipartcopychunksize", multipartCopyChunkSize);
        S3Settings.requireNumber("multipartcopymaxconcurrency", multipartCopyMaxConcurrency, 1000);
        S3Settings.require(
                multipartCopyThresholdSize.bytes() <= MAX_PART,
                "multipartcopythresholdsize",
                multipartCopyThresholdSize,
                "a number of bytes up to 5GiB");
    }

    private static void requirePart(String name, ByteSize size) {
        S3Settings.require(
                size.bytes() >= MIN_PART && size.bytes() <= MAX_PART,
                name,
                size,
                "a number of bytes from 5MiB to 5GiB");
    }
}
