package io.berth.object.s3;

import io.berth.name.ByteRange;
import io.berth.object.ObjectInfo;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.ObjectStoreException.Unavailable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
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
 * A bucket and how requests to it are made: names, headers, times. Reads are complete here; writes
 * are only prepared, for what becomes of them is for others to find out. Safe for many threads.
 */
final class Bucket {

    static final String CONTENT_TYPE = "application/octet-stream";

    /** What an object holds, and what the server calls that. */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of an answer, never compared
    record Content(byte[] bytes, String etag) {}

    private final S3Options options;
    private final KeyRoot root;
    private final Clients clients;
    private final Sentinel sentinel;

    Bucket(S3Options options, Clients clients) {
        this(options, clients, System::nanoTime);
    }

    /**
     * @param nanos the time, as of {@link System#nanoTime}
     */
    Bucket(S3Options options, Clients clients, LongSupplier nanos) {
        this.options = options;
        this.root = KeyRoot.of(options.rootDirectory());
        this.clients = clients;
        this.sentinel = new Sentinel(this, nanos);
    }

    Sentinel sentinel() {
        return sentinel;
    }

    S3Options options() {
        return options;
    }

    KeyRoot root() {
        return root;
    }

    Clients clients() {
        return clients;
    }

    String name() {
        return options.bucket();
    }

    String keyOf(ObjectKey key) {
        return root.add(key);
    }

    ObjectInfo head(ObjectKey key) {
        HeadObjectResponse answer = headed(key);
        return new ObjectInfo(answer.contentLength(), answer.lastModified());
    }

    private HeadObjectResponse headed(ObjectKey key) {
        try {
            return clients.repeating.headObject(head -> head.bucket(name()).key(keyOf(key)));
        } catch (SdkException e) {
            throw Failures.isAnonymous(e) ? spelledOut(key, e) : reading(key, e);
        }
    }

    /**
     * A HEAD has no words, and who answered 404 does not say that it speaks S3: a proxy, perhaps.
     * What a GET says has words.
     */
    private ObjectStoreException spelledOut(ObjectKey key, SdkException headless) {
        try {
            clients.repeating
                    .getObject(
                            get(key).range("bytes=0-0").build(),
                            ResponseTransformer.<GetObjectResponse>toInputStream())
                    .abort();
        } catch (SdkException e) {
            e.addSuppressed(headless);
            return reading(key, e);
        }
        return new Unavailable(
                key.value(), "a HEAD is answered 404 where a GET finds the object", headless);
    }

    /**
     * What the server calls the object.
     *
     * @throws ObjectStoreException.NotFound when there is none
     */
    String etag(ObjectKey key) {
        return headed(key).eTag();
    }

    /** A failure to read; that an object is absent is believed as the sentinel allows. */
    private ObjectStoreException reading(ObjectKey key, SdkException e) {
        ObjectStoreException failure = Failures.reading(key, e);
        return failure instanceof NotFound ? sentinel.absent(key) : failure;
    }

    /**
     * A small object, whole.
     *
     * @throws ObjectStoreException.NotFound when there is none
     * @throws ObjectStoreException.TooLong when it is longer than the limit
     */
    Content read(ObjectKey key, int limit) {
        try {
            return readAsIs(key, limit);
        } catch (NotFound e) {
            throw sentinel.absent(key);
        }
    }

    /** The same whatever the sentinel says. */
    Content readAsIs(ObjectKey key, int limit) {
        GetObjectRequest request = get(key).build();
        AtomicLong length = new AtomicLong();
        Optional<Content> content;
        try {
            content =
                    clients.repeating.getObject(
                            request,
                            (answer, in) -> {
                                length.set(answer.contentLength());
                                return all(answer, in, limit);
                            });
        } catch (SdkException e) {
            throw Failures.reading(key, e);
        }
        return content.orElseThrow(() -> new ObjectStoreException.TooLong(key, length.get()));
    }

    /** Read inside the SDK's try, so that a connection that breaks is a reason for another. */
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
                throw RetryableException.create("the answer ended early");
            }
            return Optional.of(new Content(bytes, answer.eTag()));
        } catch (IOException e) {
            throw RetryableException.create("the answer broke off", e);
        }
    }

    InputStream open(ObjectKey key, ByteRange range) {
        if (range.length() == 0) {
            head(key); // there is no way to ask for nothing
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
            if (Failures.status(e) == 416) {
                throw new Unavailable(key.value(), "shorter than the range asked for", e);
            }
            throw reading(key, e);
        }
        if (in.response().contentLength() != range.length()) {
            in.abort();
            throw new Unavailable(key.value(), "shorter than the range asked for", null);
        }
        return new ExactStream(in, range.length());
    }

    private GetObjectRequest.Builder get(ObjectKey key) {
        return GetObjectRequest.builder().bucket(name()).key(keyOf(key));
    }

    /** A write in one request, given time for so many bytes. */
    PutObjectRequest.Builder put(ObjectKey key, long length) {
        PutObjectRequest.Builder put =
                PutObjectRequest.builder()
                        .bucket(name())
                        .key(keyOf(key))
                        .contentType(CONTENT_TYPE)
                        .acl(acl())
                        .storageClass(storageClass())
                        .serverSideEncryption(encryption())
                        .ssekmsKeyId(options.keyId());
        return length <= S3Options.MIN_PART
                ? put
                : put.overrideConfiguration(o -> o.apiCallAttemptTimeout(Clients.timeFor(length)));
    }

    CreateMultipartUploadRequest.Builder create(ObjectKey key) {
        return CreateMultipartUploadRequest.builder()
                .bucket(name())
                .key(keyOf(key))
                .contentType(CONTENT_TYPE)
                .acl(acl())
                .storageClass(storageClass())
                .serverSideEncryption(encryption())
                .ssekmsKeyId(options.keyId());
    }

    CopyObjectRequest.Builder copy(ObjectKey source, ObjectKey target, long length) {
        return CopyObjectRequest.builder()
                .sourceBucket(name())
                .sourceKey(keyOf(source))
                .destinationBucket(name())
                .destinationKey(keyOf(target))
                .acl(acl())
                .storageClass(storageClass())
                .serverSideEncryption(encryption())
                .ssekmsKeyId(options.keyId())
                .overrideConfiguration(
                        o -> o.apiCallAttemptTimeout(Clients.timeFor(length).multipliedBy(2)));
    }

    static RequestBody body(SpooledBytes bytes, long from, long to) {
        return RequestBody.fromContentProvider(
                () -> bytes.stream(from, to), to - from, CONTENT_TYPE);
    }

    private @Nullable String acl() {
        return omitted(options.objectAcl());
    }

    private @Nullable String storageClass() {
        return omitted(options.storageClass());
    }

    private static @Nullable String omitted(String value) {
        return value.isEmpty() || value.equals("NONE") ? null : value;
    }

    private @Nullable ServerSideEncryption encryption() {
        if (!options.encrypt()) {
            return null;
        }
        return options.keyId() == null ? ServerSideEncryption.AES256 : ServerSideEncryption.AWS_KMS;
    }
}
