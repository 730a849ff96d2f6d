package io.berth.object.s3.bucket;

import io.berth.name.ByteRange;
import io.berth.object.ObjectInfo;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.Version;
import io.berth.object.s3.setting.MultipartSettings;
import io.berth.object.s3.setting.S3Settings;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * A bucket and the requests to it: names, headers, timeouts. Makes read requests; only prepares
 * write requests, because how to handle a lost response depends on the write. Thread-safe.
 */
public final class Bucket {

    /** The Content-Type of every object. */
    public static final String CONTENT_TYPE = "application/octet-stream";

    /** The bytes of an object, and their ETag as the server writes it. */
    @SuppressWarnings("ArrayRecordComponent") // holds an answer, is never compared
    public record Content(byte[] bytes, String etag, Instant modified) {

        public Version version() {
            return ETags.version(etag);
        }
    }

    private final S3Options options;
    private final KeyPrefix prefix;
    private final S3Clients clients;
    private final Sentinel sentinel;

    public Bucket(S3Options options, S3Clients clients) {
        this(options, clients, System::nanoTime);
    }

    /**
     * @param nanos the clock of the sentinel, as {@link System#nanoTime}
     */
    public Bucket(S3Options options, S3Clients clients, LongSupplier nanos) {
        this.options = options;
        this.prefix = KeyPrefix.of(options.settings().location().rootDirectory());
        this.clients = clients;
        this.sentinel = new Sentinel(this, nanos);
    }

    public Sentinel sentinel() {
        return sentinel;
    }

    public S3Options options() {
        return options;
    }

    public S3Settings settings() {
        return options.settings();
    }

    KeyPrefix prefix() {
        return prefix;
    }

    public S3Clients clients() {
        return clients;
    }

    public String name() {
        return settings().location().bucket();
    }

    /** The key in the bucket, with the root directory. */
    public String keyOf(ObjectKey key) {
        return prefix.add(key);
    }

    /**
     * Size, time and version of an object.
     *
     * @throws NotFound when there is no such object
     * @throws Unavailable when the request fails
     */
    public ObjectInfo head(ObjectKey key) {
        HeadObjectResponse answer = headed(key);
        return new ObjectInfo(
                answer.contentLength(), answer.lastModified(), ETags.version(answer.eTag()));
    }

    private HeadObjectResponse headed(ObjectKey key) {
        try {
            return clients.retrying.headObject(head -> head.bucket(name()).key(keyOf(key)));
        } catch (SdkException e) {
            throw S3Errors.isNotFoundWithoutRequestId(e) ? confirmed(key, e) : reading(key, e);
        }
    }

    /**
     * The response to a HEAD has no body, so a 404 may come from a proxy in front of the server.
     * The response to a GET has the error code of S3.
     */
    private ObjectStoreException confirmed(ObjectKey key, SdkException head) {
        try {
            clients.retrying
                    .getObject(
                            get(key).range("bytes=0-0").build(),
                            ResponseTransformer.<GetObjectResponse>toInputStream())
                    .abort();
        } catch (SdkException e) {
            e.addSuppressed(head);
            return reading(key, e);
        }
        return new Unavailable(
                key.value(),
                "the server responds to HEAD with 404, but to GET with the object",
                head);
    }

    /** The error of a read. An object counts as absent only while the sentinel exists. */
    private ObjectStoreException reading(ObjectKey key, SdkException e) {
        ObjectStoreException failure = S3Errors.reading(key, e);
        return failure instanceof NotFound ? sentinel.absent(key) : failure;
    }

    /**
     * All bytes of a small object.
     *
     * @param limit in bytes
     * @throws NotFound when there is no such object
     * @throws ObjectStoreException.TooLong when it is longer than the limit
     */
    public Content read(ObjectKey key, int limit) {
        try {
            return readUnguarded(key, limit);
        } catch (NotFound e) {
            throw sentinel.absent(key);
        }
    }

    /** As {@link #read}, without a check of the sentinel. */
    Content readUnguarded(ObjectKey key, int limit) {
        GetObjectRequest request = get(key).build();
        AtomicLong length = new AtomicLong();
        Optional<Content> content;
        try {
            content =
                    clients.retrying.getObject(
                            request,
                            (answer, in) -> {
                                length.set(answer.contentLength());
                                return all(answer, in, limit);
                            });
        } catch (SdkException e) {
            throw S3Errors.reading(key, e);
        }
        return content.orElseThrow(() -> new ObjectStoreException.TooLong(key, length.get()));
    }

    /** Runs inside the SDK's attempt, so that the SDK retries when the connection breaks. */
    private static Optional<Content> all(
            GetObjectResponse answer, AbortableInputStream in, int limit) {
        long length = answer.contentLength();
        if (length > limit) {
            in.abort();
            return Optional.empty();
        }
        try {
            byte[] bytes = in.readNBytes((int) length);
            if (bytes.length != length) {
                throw RetryableException.create("the response ended early");
            }
            return Optional.of(new Content(bytes, answer.eTag(), answer.lastModified()));
        } catch (IOException e) {
            throw RetryableException.create("the connection broke during the response", e);
        }
    }

    /**
     * Opens a range of an object. The stream holds a connection until it is closed.
     *
     * @throws NotFound when there is no such object
     * @throws Unavailable when the object is shorter than the range, or cannot be read
     */
    public InputStream open(ObjectKey key, ByteRange range) {
        if (range.length() == 0) {
            head(key); // HTTP has no empty range
            return InputStream.nullInputStream();
        }
        GetObjectRequest request =
                get(key).range("bytes=" + range.first() + "-" + range.last()).build();
        ResponseInputStream<GetObjectResponse> in;
        try {
            in =
                    clients.streaming.getObject(
                            request, ResponseTransformer.<GetObjectResponse>toInputStream());
        } catch (SdkException e) {
            if (S3Errors.status(e) == 416) {
                throw new Unavailable(
                        key.value(), "the object is shorter than the requested range", e);
            }
            throw reading(key, e);
        }
        if (in.response().contentLength() != range.length()) {
            in.abort();
            throw new Unavailable(
                    key.value(), "the object is shorter than the requested range", null);
        }
        return new ContentLengthInputStream(in, range.length());
    }

    private GetObjectRequest.Builder get(ObjectKey key) {
        return GetObjectRequest.builder().bucket(name()).key(keyOf(key));
    }

    /** A PutObject request, with the timeout for {@code length} bytes. */
    public PutObjectRequest.Builder put(ObjectKey key, long length) {
        PutObjectRequest.Builder put =
                PutObjectRequest.builder()
                        .bucket(name())
                        .key(keyOf(key))
                        .contentType(CONTENT_TYPE)
                        .acl(acl())
                        .storageClass(storageClass())
                        .serverSideEncryption(encryption())
                        .ssekmsKeyId(settings().writes().keyId());
        return length <= MultipartSettings.MIN_PART
                ? put
                : put.overrideConfiguration(
                        o -> o.apiCallAttemptTimeout(S3Clients.timeout(length)));
    }

    /** A CreateMultipartUpload request. */
    public CreateMultipartUploadRequest.Builder createUpload(ObjectKey key) {
        return CreateMultipartUploadRequest.builder()
                .bucket(name())
                .key(keyOf(key))
                .contentType(CONTENT_TYPE)
                .acl(acl())
                .storageClass(storageClass())
                .serverSideEncryption(encryption())
                .ssekmsKeyId(settings().writes().keyId());
    }

    /** A CopyObject request, with the timeout for {@code length} bytes. */
    public CopyObjectRequest.Builder copy(ObjectKey source, ObjectKey target, long length) {
        return CopyObjectRequest.builder()
                .sourceBucket(name())
                .sourceKey(keyOf(source))
                .destinationBucket(name())
                .destinationKey(keyOf(target))
                .acl(acl())
                .storageClass(storageClass())
                .serverSideEncryption(encryption())
                .ssekmsKeyId(settings().writes().keyId())
                .overrideConfiguration(o -> o.apiCallAttemptTimeout(S3Clients.copyTimeout(length)));
    }

    /**
     * Aborts a multipart upload.
     *
     * @throws SdkException when the request fails, also when there is no such upload
     */
    public void abortUpload(ObjectKey key, String uploadId) {
        clients.retrying.abortMultipartUpload(
                abort -> abort.bucket(name()).key(keyOf(key)).uploadId(uploadId));
    }

    private @Nullable String acl() {
        return settings().writes().objectAcl().header();
    }

    private @Nullable String storageClass() {
        return settings().writes().storageClass().header();
    }

    private @Nullable ServerSideEncryption encryption() {
        if (!settings().writes().encrypt()) {
            return null;
        }
        return settings().writes().keyId() == null
                ? ServerSideEncryption.AES256
                : ServerSideEncryption.AWS_KMS;
    }
}
