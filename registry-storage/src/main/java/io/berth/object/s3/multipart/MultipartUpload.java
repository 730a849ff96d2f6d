package io.berth.object.s3.multipart;

import io.berth.concurrent.TaskGroup;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException;
import io.berth.object.s3.bucket.Bucket;
import io.berth.object.s3.bucket.Retries;
import io.berth.object.s3.bucket.S3Clients;
import io.berth.object.s3.bucket.S3Errors;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.UploadPartCopyRequest;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/**
 * A multipart upload, whose parts are sent or copied concurrently. The object is not visible before
 * {@link #complete}. For one thread.
 */
public final class MultipartUpload {

    /** Parts of one object that are sent at the same time; more are not faster. */
    public static final int CONCURRENT_SENDS = 3;

    private static final Logger log = LoggerFactory.getLogger(MultipartUpload.class);

    private final Bucket bucket;
    private final ObjectKey target;
    private final String id;
    private final TaskGroup sending = new TaskGroup(CONCURRENT_SENDS);
    private final TaskGroup copying;
    private final Queue<CompletedPart> parts = new ConcurrentLinkedQueue<>();

    private MultipartUpload(Bucket bucket, ObjectKey target, String id) {
        this.bucket = bucket;
        this.target = target;
        this.id = id;
        this.copying = new TaskGroup(bucket.settings().multipart().multipartCopyMaxConcurrency());
    }

    /**
     * Begins an upload, which must be completed or aborted.
     *
     * @throws ObjectStoreException.Unavailable when the upload could not be begun
     */
    public static MultipartUpload begin(Bucket bucket, ObjectKey target) {
        bucket.sentinel().requireForWrite();
        try {
            String id =
                    bucket.clients()
                            .retrying
                            .createMultipartUpload(bucket.createUpload(target).build())
                            .uploadId();
            return new MultipartUpload(bucket, target, id);
        } catch (SdkException e) {
            throw S3Errors.writing(target, e); // if it was begun nevertheless, a purge aborts it
        }
    }

    /**
     * Sends a part in the background; waits while too many are under way. A failure is thrown by a
     * later call.
     *
     * @param number of the part, from 1
     * @param bytes gives the bytes of the part; called in the background
     * @param done run when the bytes are not needed any more, also after a failure
     */
    public void send(int number, Supplier<SpooledRange> bytes, Runnable done) {
        sending.run(
                () -> {
                    try {
                        sendNow(number, bytes.get());
                    } finally {
                        done.run();
                    }
                });
    }

    private void sendNow(int number, SpooledRange bytes) {
        UploadPartRequest request =
                UploadPartRequest.builder()
                        .bucket(bucket.name())
                        .key(bucket.keyOf(target))
                        .uploadId(id)
                        .partNumber(number)
                        .overrideConfiguration(
                                o -> o.apiCallAttemptTimeout(S3Clients.timeout(bytes.length())))
                        .build();
        try {
            String etag =
                    bucket.clients()
                            .send(target, true, client -> client.uploadPart(request, bytes.body()))
                            .eTag();
            add(number, etag);
        } catch (SdkException e) {
            throw S3Errors.writing(target, e);
        }
    }

    /**
     * Copies a part from another object in the background; waits while too many are under way. A
     * failure is thrown by a later call.
     *
     * @param number of the part, from 1
     * @param owner the key that is reported as not found when {@code source} does not exist
     * @param from offset of the first byte in {@code source}
     * @param to offset after the last byte
     * @param whole whether this is all of {@code source}
     */
    public void copy(
            int number, ObjectKey source, ObjectKey owner, long from, long to, boolean whole) {
        UploadPartCopyRequest.Builder request =
                UploadPartCopyRequest.builder()
                        .sourceBucket(bucket.name())
                        .sourceKey(bucket.keyOf(source))
                        .destinationBucket(bucket.name())
                        .destinationKey(bucket.keyOf(target))
                        .uploadId(id)
                        .partNumber(number)
                        .overrideConfiguration(
                                o -> o.apiCallAttemptTimeout(S3Clients.copyTimeout(to - from)));
        if (!whole) {
            request.copySourceRange("bytes=" + from + "-" + (to - 1));
        }
        UploadPartCopyRequest built = request.build();
        copying.run(() -> copyNow(number, built, to - from, owner));
    }

    private void copyNow(int number, UploadPartCopyRequest request, long length, ObjectKey owner) {
        try {
            String etag =
                    Retries.repeat(
                                    target,
                                    S3Clients.copyTimeout(length),
                                    () ->
                                            bucket.clients()
                                                    .copy(
                                                            target,
                                                            client ->
                                                                    client.uploadPartCopy(request)))
                            .copyPartResult()
                            .eTag();
            add(number, etag);
        } catch (ObjectStoreException.OutcomeUnknown e) {
            // A part is not visible.
            throw new ObjectStoreException.Unavailable(target.value(), "cannot copy a part", e);
        } catch (SdkException e) {
            throw bucket.sentinel().absent(owner);
        }
    }

    private void add(int number, String etag) {
        parts.add(CompletedPart.builder().partNumber(number).eTag(etag).build());
    }

    /**
     * Waits for the parts and makes the object visible.
     *
     * @param size bytes of all parts, to recognise the object when the response is lost
     * @throws ObjectStoreException.NotFound when the source of a part does not exist
     * @throws ObjectStoreException.Unavailable when the object is not visible; the upload still
     *     exists
     * @throws ObjectStoreException.OutcomeUnknown when the object may be visible
     */
    public void complete(long size) {
        sending.await();
        copying.await();
        bucket.sentinel().requireForWrite();
        List<CompletedPart> inOrder =
                parts.stream().sorted(Comparator.comparing(CompletedPart::partNumber)).toList();
        CompleteMultipartUploadRequest request =
                CompleteMultipartUploadRequest.builder()
                        .bucket(bucket.name())
                        .key(bucket.keyOf(target))
                        .uploadId(id)
                        .multipartUpload(upload -> upload.parts(inOrder))
                        .overrideConfiguration(
                                o -> o.apiCallAttemptTimeout(S3Clients.copyTimeout(size)))
                        .build();
        Retries.repeat(target, S3Clients.copyTimeout(size), new Completion(request, size)::run);
    }

    /**
     * The request, which can be repeated: if an attempt had no response and the upload does not
     * exist any more, it is complete.
     */
    private final class Completion {

        private final CompleteMultipartUploadRequest request;
        private final long size;
        private boolean tried;

        Completion(CompleteMultipartUploadRequest request, long size) {
            this.request = request;
            this.size = size;
        }

        boolean run() {
            boolean again = tried;
            tried = true;
            try {
                bucket.clients().longRunning.completeMultipartUpload(request);
                return true;
            } catch (SdkException e) {
                // No other process knows the id, so an earlier attempt has ended the upload.
                if (again && S3Errors.isNoSuchUpload(e) && isThere()) {
                    return true;
                }
                throw e;
            }
        }

        private boolean isThere() {
            try {
                return bucket.head(target).size() == size;
            } catch (ObjectStoreException e) {
                return false;
            }
        }
    }

    /** Aborts the upload. Never throws; a purge removes parts that are left. */
    public void abort() {
        sending.cancel();
        copying.cancel();
        try {
            bucket.abortUpload(target, id);
        } catch (SdkException e) {
            if (!S3Errors.isNoSuchUpload(e)) {
                log.warn("parts of {} are left in the bucket: {}", target, S3Errors.reason(e));
            }
        }
    }
}
