package io.berth.object.s3;

import io.berth.object.ObjectKey;
import io.berth.object.PresignedLinks;
import java.net.URI;
import java.time.Duration;

/** Links that anyone can read an object with, for as long as a slow client needs to follow one. */
final class Links implements PresignedLinks {

    private static final Duration VALID = Duration.ofMinutes(20);

    private final Bucket bucket;

    Links(Bucket bucket) {
        this.bucket = bucket;
    }

    @Override
    public URI link(ObjectKey key) {
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
