package io.berth.object.s3.multipart;

import io.berth.name.Digest;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.ObjectWriter;
import io.berth.object.s3.bucket.Bucket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Writes an object: in one request when it is not larger than a part, otherwise as a multipart
 * upload, whose parts are sent while the next one is filled. A part that waits or is being sent
 * takes up to {@value SpooledBytes#IN_HEAP} bytes of the heap, or a file. For one thread.
 */
public final class S3Writer implements ObjectWriter {

    private enum State {
        OPEN,
        /** A write failed, so that bytes may be missing. */
        BROKEN,
        FINISHED
    }

    private final Bucket bucket;
    private final Spool spool;
    private final ObjectKey key;
    private final boolean sha256;
    private final PartSizes sizes;
    private SpooledBytes part;

    /** All spooled bytes in use, to be closed. */
    private final List<SpooledBytes> spooled = new ArrayList<>();

    /** Spooled bytes that were sent, to be reused. */
    private final Queue<SpooledBytes> spare = new ConcurrentLinkedQueue<>();

    /** {@code null} until there is more than one part. */
    private @Nullable MultipartUpload upload;

    private int sent;
    private long size;
    private State state = State.OPEN;

    /**
     * @param sha256 whether the server compares content with its SHA-256
     */
    public S3Writer(Bucket bucket, Spool spool, ObjectKey key, boolean sha256) {
        this.bucket = bucket;
        this.spool = spool;
        this.key = key;
        this.sha256 = sha256;
        this.sizes = new PartSizes(bucket.settings().multipart().chunkSize().bytes());
        this.part = empty();
    }

    @Override
    public void write(byte[] buffer, int offset, int length) {
        requireOpen();
        state = State.BROKEN;
        int at = 0;
        while (at < length) {
            long room = sizes.of(sent) - part.size();
            if (room == 0) {
                send();
                continue;
            }
            int count = (int) Math.min(room, length - at);
            append(buffer, offset + at, count);
            at += count;
        }
        size += length;
        state = State.OPEN;
    }

    private void append(byte[] buffer, int offset, int length) {
        try {
            part.append(buffer, offset, length);
        } catch (IOException e) {
            throw spooling(key, e);
        }
    }

    /** The error of a write to the spool. */
    public static Unavailable spooling(ObjectKey key, IOException e) {
        return new Unavailable(key.value(), "cannot spool: " + e.getMessage(), e);
    }

    private MultipartUpload send() {
        MultipartUpload open = upload == null ? MultipartUpload.begin(bucket, key) : upload;
        upload = open;
        SpooledBytes full = part;
        part = empty();
        open.send(
                ++sent,
                () -> new SpooledRange(full, 0, full.size()),
                () -> {
                    full.truncate(0);
                    spare.add(full);
                });
        return open;
    }

    private SpooledBytes empty() {
        SpooledBytes empty = spare.poll();
        if (empty == null) {
            empty = spool.bytes();
            spooled.add(empty);
        }
        return empty;
    }

    @Override
    public void publish(Durability durability, @Nullable Digest content) {
        requireOpen();
        state = State.BROKEN;
        if (upload == null) {
            SpooledRange all = new SpooledRange(part, 0, part.size());
            SingleUpload.put(bucket, key, all, sha256 ? content : null);
        } else {
            send().complete(size);
        }
        finish();
    }

    @Override
    public void close() {
        if (state == State.FINISHED) {
            return;
        }
        if (upload != null) {
            upload.abort();
        }
        finish();
    }

    private void finish() {
        state = State.FINISHED;
        upload = null;
        spooled.forEach(SpooledBytes::close);
        spooled.clear();
        spare.clear();
    }

    private void requireOpen() {
        if (state != State.OPEN) {
            throw new IllegalStateException("the writer is " + state + ": " + key);
        }
    }
}
