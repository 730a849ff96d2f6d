package io.berth.object.s3.bucket;

import io.berth.object.ObjectKey;
import io.berth.object.PresignedUrls;
import java.net.URI;
import java.time.Duration;

/** Presigned URLs of GetObject. Makes no request. Thread-safe. */
public final class S3PresignedUrls implements PresignedUrls {

    /** Long enough for a slow client to follow the redirect. */
    private static final Duration VALID = Duration.ofMinutes(20);

    private final Bucket bucket;

    public S3PresignedUrls(Bucket bucket) {
        this.bucket = bucket;
    }

    @Override
    public URI presignGet(ObjectKey key) {
        String url =
                bucket.clients()
                        .presigner
                        .presignGetObject(
                                presign ->
                                        presign.signatureDuration(VALID)
                                                .getObjectRequest(
                                                        get ->
                                                                get.bucket(bucket.name())
                                                                        .key(bucket.keyOf(key))
                                                                        .responseContentType(
                                                                                Bucket
                                                                                        .CONTENT_TYPE)))
                        .url()
                        .toString();
        return URI.create(url);
    }
}
