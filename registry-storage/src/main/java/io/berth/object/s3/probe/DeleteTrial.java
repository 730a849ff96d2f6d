package io.berth.object.s3.probe;

import io.berth.object.s3.bucket.BatchDeletes;
import io.berth.object.s3.bucket.Bucket;
import io.berth.object.s3.bucket.S3Capabilities.Ability;
import io.berth.object.s3.bucket.S3Errors;
import io.berth.object.s3.bucket.S3Errors.Kind;
import io.berth.object.s3.bucket.S3SetupException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Error;

/** Whether the server deletes many objects in one request. Deletes all objects of the probe. */
record DeleteTrial(ProbeObjects objects) {

    private static final Logger log = LoggerFactory.getLogger(DeleteTrial.class);

    /** Must be the last trial, because it deletes the objects of the others. */
    Set<Ability> batchDelete() {
        if (deletesAll(false)) {
            return EnumSet.of(Ability.BATCH_DELETE);
        }
        if (deletesAll(true)) {
            return EnumSet.of(Ability.BATCH_DELETE, Ability.BATCH_DELETE_NEEDS_MD5);
        }
        return Set.of();
    }

    private boolean deletesAll(boolean md5) {
        List<S3Error> errors = new ArrayList<>();
        int status =
                Answers.status(
                        () ->
                                errors.addAll(
                                        BatchDeletes.send(objects.bucket(), objects.used(), md5)
                                                .errors()));
        return status == 200 && errors.isEmpty();
    }

    /**
     * Deletes the objects one by one, where {@link #batchDelete} does not.
     *
     * @throws S3SetupException when the server does not allow it
     */
    void deleteEach() {
        Bucket bucket = objects.bucket();
        for (String key : objects.used()) {
            try {
                bucket.clients()
                        .retrying
                        .deleteObject(delete -> delete.bucket(bucket.name()).key(key));
            } catch (SdkException e) {
                if (InconclusiveException.isInconclusive(e)) {
                    log.warn(
                            "the object {} of a trial is left in the bucket: {}",
                            key,
                            S3Errors.reason(e));
                } else if (S3Errors.kind(e) != Kind.NOT_FOUND) {
                    throw SetupProblems.lacking(
                            bucket,
                            "does not let objects be deleted",
                            "Allow it (s3:DeleteObject).",
                            e);
                }
            }
        }
    }
}
