package io.berth.object.s3;

import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.ObjectWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * An object on its way to its key: in one request when it is not larger than a part, else in parts
 * that are sent while the next one is filled. Takes up to {@value SpooledBytes#IN_HEAP} bytes of
 * the heap for each of those, and a file for each that is larger.
 */
final class S3Writer implements ObjectWriter {

    private enum State {
        OPEN,
        /** Bytes are missing. */
        TORN,
        FINISHED
    }

    private final Bucket bucket;
    private final Spool spool;
    private final ObjectKey key;
    private final boolean sha256;
    private final PartSizes sizes;
    private SpooledBytes part;

    /** All there are, for they hold files. */
    private final List<SpooledBytes> spooled = new ArrayList<>();

    /** Those whose bytes were sent. */
    private final Queue<SpooledBytes> spare = new ConcurrentLinkedQueue<>();

    /** {@code null} until there is more than one part. */
    private @Nullable PartUpload upload;

    private int sent;
    private long size;
    private State state = State.OPEN;

    /**
     * @param sha256 whether the server compares content with its SHA-256
     */
    S3Writer(Bucket bucket, Spool spool, ObjectKey key, boolean sha256) {
        this.bucket = bucket;
        this.spool = spool;
        this.key = key;
        this.sha256 = sha256;
        this.sizes = new PartSizes(bucket.options().chunkSize());
        this.part = empty();
    }

    @Override
    public void write(byte[] buffer, int offset, int length) {
        requireOpen();
        state = State.TORN;
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

    static Unavailable spooling(ObjectKey key, IOException e) {
        return new Unavailable(key.value(), "cannot spool: " + e.getMessage(), e);
    }

    private PartUpload send() {
        PartUpload open = upload == null ? PartUpload.begin(bucket, key) : upload;
        upload = open;
        SpooledBytes full = part;
        part = empty();
        open.send(
                ++sent,
                () -> new PartUpload.Slice(full, 0, full.size()),
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
        state = State.TORN;
        if (upload == null) {
            put(bucket, key, part, 0, part.size(), sha256 ? content : null);
        } else {
            send().complete(size);
        }
        finish();
    }

    /**
     * Writes an object in one request, which may be repeated.
     *
     * @param content is sent along if it is a SHA-256; the server then compares
     */
    static void put(
            Bucket bucket,
            ObjectKey key,
            SpooledBytes bytes,
            long from,
            long to,
            @Nullable Digest content) {
        bucket.sentinel().requireForWrite();
        PutObjectRequest.Builder put = bucket.put(key, to - from);
        if (content != null && content.algorithm().equals(HashAlgorithm.SHA256.id())) {
            byte[] hash = HexFormat.of().parseHex(content.encoded());
            put.checksumSHA256(Base64.getEncoder().encodeToString(hash));
        }
        PutObjectRequest request = put.build();
        Attempts.repeat(
                key,
                Clients.timeFor(to - from),
                () ->
                        bucket.clients()
                                .send(
                                        key,
                                        false,
                                        client ->
                                                client.putObject(
                                                        request, Bucket.body(bytes, from, to))));
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
