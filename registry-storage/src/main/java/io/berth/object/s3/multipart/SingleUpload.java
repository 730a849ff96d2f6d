package io.berth.object.s3.multipart;

import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.OutcomeUnknown;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.s3.bucket.Bucket;
import io.berth.object.s3.bucket.Retries;
import io.berth.object.s3.bucket.S3Clients;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/** Writes a whole object by PutObject, from spooled bytes. */
public final class SingleUpload {

    private SingleUpload() {}

    /**
     * Writes an object without a condition. Can be repeated after a failure.
     *
     * @param content the digest of the bytes, which the server verifies if it is a SHA-256; {@code
     *     null}: the server does not verify it
     * @throws Unavailable when the object was not written
     * @throws OutcomeUnknown when the object may have been written
     */
    public static void put(
            Bucket bucket, ObjectKey key, SpooledRange bytes, @Nullable Digest content) {
        bucket.sentinel().requireForWrite();
        PutObjectRequest.Builder put = bucket.put(key, bytes.length());
        if (content != null && content.algorithm().equals(HashAlgorithm.SHA256.id())) {
            byte[] hash = HexFormat.of().parseHex(content.encoded());
            put.checksumSHA256(Base64.getEncoder().encodeToString(hash));
        }
        PutObjectRequest request = put.build();
        Retries.repeat(
                key,
                S3Clients.timeout(bytes.length()),
                () ->
                        bucket.clients()
                                .send(
                                        key,
                                        false,
                                        client -> client.putObject(request, bytes.body())));
    }
}
