package io.berth.stored;

import org.jspecify.annotations.Nullable;

/**
 * How often the bytes of a request that is adding some are kept because other requests look at the
 * session: for the first who looks, so that a client may go on from there on any replica, and then
 * when many more have come. On S3 each time makes a piece, so it must not follow from how often
 * somebody looks. Guarded by the lock of its session.
 */
final class KeptForOthers {

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
