package io.berth.object.s3.staging;

import io.berth.concurrent.TaskGroup;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectStoreException.OutcomeUnknown;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.s3.bucket.Bucket;
import io.berth.object.s3.multipart.MultipartUpload;
import io.berth.object.s3.multipart.SingleUpload;
import io.berth.object.s3.multipart.SpooledBytes;
import io.berth.object.s3.multipart.SpooledRange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Writes the pieces of a staged object, a few at the same time in the background. {@link #await}
 * writes pieces again that failed in the background. For one thread.
 */
final class PieceUploads {

    /** A piece that is being written in the background. */
    private static final class Upload {
        private final Piece piece;
        private final SpooledBytes bytes;
        private volatile boolean done;

        Upload(Piece piece, SpooledBytes bytes) {
            this.piece = piece;
            this.bytes = bytes;
        }
    }

    private final Bucket bucket;
    private final ObjectKey staged;
    private final List<Upload> uploads = new ArrayList<>();
    private TaskGroup tasks = newTasks();

    PieceUploads(Bucket bucket, ObjectKey staged) {
        this.bucket = bucket;
        this.staged = staged;
    }

    private static TaskGroup newTasks() {
        return new TaskGroup(MultipartUpload.CONCURRENT_SENDS);
    }

    /**
     * Writes a piece in the background; waits while too many are under way.
     *
     * @param bytes of the piece, which this closes
     * @throws ObjectStoreException when an earlier piece failed; {@link #await} then writes this
     *     one
     */
    void start(Piece piece, SpooledBytes bytes) {
        Upload upload = new Upload(piece, bytes);
        uploads.add(upload);
        tasks.run(() -> run(upload));
    }

    private void run(Upload upload) {
        write(upload.piece, new SpooledRange(upload.bytes, 0, upload.piece.length()));
        upload.done = true;
        upload.bytes.close();
    }

    /**
     * Writes a piece now.
     *
     * @throws Unavailable when the piece may not have been written
     */
    void write(Piece piece, SpooledRange bytes) {
        try {
            SingleUpload.put(bucket, piece.key(staged), bytes, null);
        } catch (OutcomeUnknown e) {
            // If the piece was written, its bytes are right, but this does not rely on it.
            throw new Unavailable(staged.value(), "cannot keep all bytes", e);
        }
    }

    /**
     * Waits until all pieces are written; writes those again that failed.
     *
     * @throws Unavailable when one fails again; the call can be repeated
     */
    void await() {
        await(piece -> true);
        drop();
    }

    /**
     * Waits until no piece is being written; writes those again that failed and are needed.
     *
     * @throws Unavailable when one fails again; the call can be repeated
     */
    void await(Predicate<Piece> needed) {
        try {
            tasks.await();
        } catch (RuntimeException | Error e) {
            tasks.cancel();
            tasks = newTasks();
        }
        for (Upload upload : uploads) {
            if (!upload.done && needed.test(upload.piece)) {
                run(upload);
            }
        }
    }

    /** Stops writing, and frees all bytes. */
    void cancel() {
        tasks.cancel();
        drop();
    }

    /** Frees the bytes of all pieces, also of those that failed. No piece is being written. */
    void drop() {
        uploads.forEach(upload -> upload.bytes.close());
        uploads.clear();
    }
}
