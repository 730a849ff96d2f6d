package io.berth.storage.upload;

import org.jspecify.annotations.Nullable;

/**
 * Bounds how often status requests make the store keep the bytes that another request is adding.
 * The first status request does, so that a client may go on from there on any replica; a later one
 * does when many more bytes have come. On S3 each time makes a piece, so their number must not
 * follow from the number of status requests. Guarded by the lock of its session.
 */
final class CheckpointLimit {

    /** Bytes after which they are kept again. */
    private static final long AGAIN_AFTER = 1024 * 1024;

    private @Nullable StoredUpload of;
    private long then;

    /**
     * @param writer the request that is adding bytes
     * @param size what the session holds
     */
    boolean isEnough(@Nullable StoredUpload writer, long size) {
        return writer != null && writer == of && size - then < AGAIN_AFTER;
    }

    void kept(@Nullable StoredUpload writer, long size) {
        of = writer;
        then = size;
    }
}
