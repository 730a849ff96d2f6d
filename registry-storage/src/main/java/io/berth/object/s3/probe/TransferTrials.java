package io.berth.object.s3.probe;

import static io.berth.object.s3.probe.Answers.isAccepted;
import static io.berth.object.s3.probe.Answers.isRefused;
import static io.berth.object.s3.probe.ProbeObjects.CONTENT;
import static io.berth.object.s3.probe.ProbeObjects.OTHER;

import io.berth.name.HashAlgorithm;
import io.berth.object.ObjectKey;
import io.berth.object.s3.bucket.Bucket;
import io.berth.object.s3.bucket.S3Capabilities.Ability;
import io.berth.object.s3.setting.WriteSettings.Checksums;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/** Whether the server supports multipart uploads and copies, and verifies checksums. */
record TransferTrials(ProbeObjects objects) {

    /**
     * Completes an upload under a condition that does not hold, so that the existing object stays.
     */
    Set<Ability> multipart() {
        Bucket bucket = objects.bucket();
        try {
            String id =
                    bucket.clients()
                            .once
                            .createMultipartUpload(bucket.createUpload(objects.first()).build())
                            .uploadId();
            CompletedPart part = upload(id);
            boolean refused = isRefused(() -> complete(id, part));
            if (refused) {
                Answers.status(() -> bucket.abortUpload(objects.first(), id));
            }
            return refused ? EnumSet.of(Ability.COMPLETE_IF_ABSENT) : EnumSet.noneOf(Ability.class);
        } catch (SdkException e) {
            throw InconclusiveException.or(
                    SetupProblems.lacking(
                            bucket,
                            "does not accept multipart uploads",
                            "Allow multipart uploads (s3:PutObject, s3:AbortMultipartUpload).",
                            e),
                    e);
        }
    }

    private CompletedPart upload(String id) {
        Bucket bucket = objects.bucket();
        S3Client client = bucket.clients().once;
        String etag =
                client.uploadPart(
                                part ->
                                        part.bucket(bucket.name())
                                                .key(bucket.keyOf(objects.first()))
                                                .uploadId(id)
                                                .partNumber(1),
                                RequestBody.fromBytes(CONTENT))
                        .eTag();
        return CompletedPart.builder().partNumber(1).eTag(etag).build();
    }

    private void complete(String id, CompletedPart part) {
        Bucket bucket = objects.bucket();
        bucket.clients()
                .once
                .completeMultipartUpload(
                        complete ->
                                complete.bucket(bucket.name())
                                        .key(bucket.keyOf(objects.first()))
                                        .uploadId(id)
                                        .ifNoneMatch("*")
                                        .multipartUpload(upload -> upload.parts(part)));
    }

    Set<Ability> copy() {
        Bucket bucket = objects.bucket();
        ObjectKey target = objects.newKey("copy");
        try {
            bucket.clients()
                    .once
                    .copyObject(bucket.copy(objects.first(), target, CONTENT.length).build());
            return Set.of();
        } catch (SdkException e) {
            throw InconclusiveException.or(
                    SetupProblems.lacking(
                            bucket,
                            "does not copy objects",
                            "Allow its objects to be read and written (s3:GetObject,"
                                    + " s3:PutObject).",
                            e),
                    e);
        }
    }

    Set<Ability> checksum() {
        if (objects.bucket().settings().writes().checksum() == Checksums.NEVER) {
            return Set.of();
        }
        ObjectKey key = objects.newKey("sum");
        String sha256 =
                Base64.getEncoder()
                        .encodeToString(HashAlgorithm.SHA256.newDigest().digest(CONTENT));
        boolean compares =
                isAccepted(() -> objects.put(key, CONTENT, put -> put.checksumSHA256(sha256)))
                        && !isAccepted(
                                () -> objects.put(key, OTHER, put -> put.checksumSHA256(sha256)));
        return compares ? EnumSet.of(Ability.SHA256) : EnumSet.noneOf(Ability.class);
    }
}
