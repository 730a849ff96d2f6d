package io.berth.storage.upload;

import org.jspecify.annotations.Nullable;

/**
 * Limits checkpoints: status requests that make the store keep the bytes that another request is
 * adding, so that the client can go on from there on any replica. The first status request during a
 * write makes a checkpoint; a later one only when {@value #INTERVAL} more bytes have come. On S3
 * each checkpoint writes a piece, so their number must not depend on the number of status requests.
 * Guarded by the lock of its session.
 */
final class CheckpointLimit {

    /** Bytes between two checkpoints of one writer. */
    private static final long INTERVAL = 1024 * 1024;

    private @Nullable StoredUpload lastWriter;
    private long lastSize;

    /**
     * Whether the last checkpoint suffices, so that no other one is made.
     *
     * @param writer the request that is adding bytes
     * @param size bytes of the session
     */
    boolean isRecent(@Nullable StoredUpload writer, long size) {
        return writer != null && writer == lastWriter && size - lastSize < INTERVAL;
    }

    /** Notes a checkpoint. */
    void made(@Nullable StoredUpload writer, long size) {
        lastWriter = writer;
        lastSize = size;
    }
}
