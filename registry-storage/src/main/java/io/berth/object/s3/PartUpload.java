package io.berth.object.s3;

import io.berth.concurrent.TaskGroup;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException;
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
 * An object on its way in several parts, some sent, some copied. Nothing shows before it is
 * complete. For one thread; the parts travel side by side.
 */
final class PartUpload {

    /** Of parts that are sent at a time for one object: more do not make it faster. */
    static final int SENT_AT_A_TIME = 3;

    /** Bytes to send, from {@code from} to before {@code to}. */
    record Slice(SpooledBytes bytes, long from, long to) {}

    private static final Logger log = LoggerFactory.getLogger(PartUpload.class);

    private final Bucket bucket;
    private final ObjectKey target;
    private final String id;
    private final TaskGroup sending = new TaskGroup(SENT_AT_A_TIME);
    private final TaskGroup copying;
    private final Queue<CompletedPart> parts = new ConcurrentLinkedQueue<>();

    private PartUpload(Bucket bucket, ObjectKey target, String id) {
        this.bucket = bucket;
        this.target = target;
        this.id = id;
        this.copying = new TaskGroup(bucket.options().multipartCopyMaxConcurrency());
    }

    static PartUpload begin(Bucket bucket, ObjectKey target) {
        bucket.sentinel().requireForWrite();
        try {
            String id =
                    bucket.clients()
                            .repeating
                            .createMultipartUpload(bucket.create(target).build())
                            .uploadId();
            return new PartUpload(bucket, target, id);
        } catch (SdkException e) {
            throw Failures.writing(target, e); // a second beginning would be aborted one day
        }
    }

    /**
     * Sends a part; waits while too many are under way.
     *
     * @param number of the part, from 1
     * @param bytes asked for in the part's own thread
     * @param done run afterwards, however it went: the bytes are not needed any more
     */
    void send(int number, Supplier<Slice> bytes, Runnable done) {
        sending.run(
                () -> {
                    try {
                        sendNow(number, bytes.get());
                    } finally {
                        done.run();
                    }
                });
    }

    private void sendNow(int number, Slice slice) {
        long length = slice.to() - slice.from();
        UploadPartRequest request =
                UploadPartRequest.builder()
                        .bucket(bucket.name())
                        .key(bucket.keyOf(target))
                        .uploadId(id)
                        .partNumber(number)
                        .overrideConfiguration(
                                o -> o.apiCallAttemptTimeout(Clients.timeFor(length)))
                        .build();
        try {
            String etag =
                    bucket.clients()
                            .send(
                                    target,
                                    true,
                                    client ->
                                            client.uploadPart(
                                                    request,
                                                    Bucket.body(
                                                            slice.bytes(),
                                                            slice.from(),
                                                            slice.to())))
                            .eTag();
            add(number, etag);
        } catch (SdkException e) {
            throw Failures.writing(target, e);
        }
    }

    /**
     * Copies a part from another object; waits while too many are under way.
     *
     * @param number of the part, from 1
     * @param owner what is not found when {@code source} is gone
     * @param whole whether all of {@code source} is meant
     */
    void copy(int number, ObjectKey source, ObjectKey owner, long from, long to, boolean whole) {
        UploadPartCopyRequest.Builder request =
                UploadPartCopyRequest.builder()
                        .sourceBucket(bucket.name())
                        .sourceKey(bucket.keyOf(source))
                        .destinationBucket(bucket.name())
                        .destinationKey(bucket.keyOf(target))
                        .uploadId(id)
                        .partNumber(number)
                        .overrideConfiguration(
                                o ->
                                        o.apiCallAttemptTimeout(
                                                Clients.timeFor(to - from).multipliedBy(2)));
        if (!whole) {
            request.copySourceRange("bytes=" + from + "-" + (to - 1));
        }
        UploadPartCopyRequest built = request.build();
        copying.run(() -> copyNow(number, built, to - from, owner));
    }

    private void copyNow(int number, UploadPartCopyRequest request, long length, ObjectKey owner) {
        try {
            String etag =
                    Attempts.repeat(
                                    target,
                                    Clients.timeFor(length).multipliedBy(2),
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
            // A part does not show.
            throw new ObjectStoreException.Unavailable(target.value(), "cannot copy a part", e);
        } catch (SdkException e) {
            throw bucket.sentinel().absent(owner);
        }
    }

    private void add(int number, String etag) {
        parts.add(CompletedPart.builder().partNumber(number).eTag(etag).build());
    }

    /**
     * Makes the object visible.
     *
     * @param size of all parts, by which the object is recognised when the answer is lost
     */
    void complete(long size) {
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
                                o -> o.apiCallAttemptTimeout(Clients.timeFor(size).multipliedBy(2)))
                        .build();
        Attempts.repeat(
                target, Clients.timeFor(size).multipliedBy(2), new Completion(request, size)::run);
    }

    /** Repeats itself safely: an upload that is gone after a lost answer was completed. */
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
                bucket.clients().patient.completeMultipartUpload(request);
                return true;
            } catch (SdkException e) {
                // Nobody else knows its id, so it was our own request that ended it.
                if (again && Failures.isNoSuchUpload(e) && isThere()) {
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

    /** Gives up. Never throws: what is left is dropped another day. */
    void abort() {
        sending.cancel();
        copying.cancel();
        try {
            abort(bucket, target, id);
        } catch (SdkException e) {
            if (!Failures.isNoSuchUpload(e)) {
                log.warn("the parts of {} are left: {}", target, Failures.reason(e));
            }
        }
    }

    static void abort(Bucket bucket, ObjectKey key, String id) {
        bucket.clients()
                .repeating
                .abortMultipartUpload(
                        abort -> abort.bucket(bucket.name()).key(bucket.keyOf(key)).uploadId(id));
    }
}
