package io.berth.object.s3.probe;

import io.berth.object.ObjectKey;
import io.berth.object.s3.bucket.Bucket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * The objects of one probe, all below one folder. Each attempt of a trial has keys of its own, so
 * that a request of an earlier attempt that is carried out late makes no difference. Thread-safe.
 */
final class ProbeObjects {

    /** The content that {@link #make} writes. */
    static final byte[] CONTENT = "one".getBytes(StandardCharsets.UTF_8);

    /** Other content. */
    static final byte[] OTHER = "two".getBytes(StandardCharsets.UTF_8);

    private final Bucket bucket;
    private final ObjectKey folder;
    private final ObjectKey first;
    private final AtomicInteger count = new AtomicInteger();

    /** The keys in the bucket of all objects that may exist. */
    private final List<String> used = Collections.synchronizedList(new ArrayList<>());

    ProbeObjects(Bucket bucket, ObjectKey folder) {
        this.bucket = bucket;
        this.folder = folder;
        this.first = key(ListingTrial.FIRST);
    }

    Bucket bucket() {
        return bucket;
    }

    /** The key of the object that all trials can read. */
    ObjectKey first() {
        return first;
    }

    /** A key of an object that will be written. */
    ObjectKey key(String name) {
        ObjectKey key = below(name);
        used.add(bucket.keyOf(key));
        return key;
    }

    /** A key that no other attempt uses, of an object that will be written. */
    ObjectKey newKey(String name) {
        return key(name + count.incrementAndGet());
    }

    /** A key below the folder. */
    ObjectKey below(String name) {
        return ObjectKey.of(folder.value() + "/" + name);
    }

    /** The keys in the bucket of all objects that may exist. */
    List<String> used() {
        synchronized (used) {
            return List.copyOf(used);
        }
    }

    /**
     * Writes an object; returns its ETag.
     *
     * @param more adds a condition or a checksum
     */
    String put(ObjectKey key, byte[] content, Consumer<PutObjectRequest.Builder> more) {
        PutObjectRequest.Builder put = bucket.put(key, content.length);
        more.accept(put);
        return bucket.clients().once.putObject(put.build(), RequestBody.fromBytes(content)).eTag();
    }

    /**
     * Writes the object that a trial uses; returns its ETag.
     *
     * @throws io.berth.object.s3.bucket.S3SetupException when the bucket cannot be written to
     */
    String make(ObjectKey key) {
        try {
            return put(key, CONTENT, put -> {});
        } catch (SdkException e) {
            throw InconclusiveException.or(SetupProblems.of(bucket.settings(), e), e);
        }
    }
}
