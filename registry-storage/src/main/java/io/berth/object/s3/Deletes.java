package io.berth.object.s3;

import io.berth.concurrent.TaskGroup;
import io.berth.object.Condition;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.s3.S3Capabilities.Ability;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.LegacyMd5Plugin;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;

/** Removes many objects: in batches, or where the server knows none, several at a time. */
final class Deletes {

    static final int BATCH = 1000;

    private static final int AT_A_TIME = 8;

    private final Bucket bucket;
    private final Supplier<S3Capabilities> capabilities;
    private final ConditionalWrites single;

    Deletes(Bucket bucket, Supplier<S3Capabilities> capabilities, ConditionalWrites single) {
        this.bucket = bucket;
        this.capabilities = capabilities;
        this.single = single;
    }

    /**
     * @throws Unavailable when some may be left
     */
    void all(Collection<ObjectKey> keys) {
        bucket.sentinel().requireForWrite();
        List<ObjectKey> all = List.copyOf(keys);
        if (all.size() == 1 || !capabilities.get().has(Ability.BATCH_DELETE)) {
            each(all);
            return;
        }
        for (int from = 0; from < all.size(); from += BATCH) {
            batch(all.subList(from, Math.min(from + BATCH, all.size())));
        }
    }

    private void each(List<ObjectKey> keys) {
        if (keys.size() == 1) {
            single.delete(keys.getFirst(), Condition.always());
            return;
        }
        TaskGroup lanes = new TaskGroup(AT_A_TIME);
        keys.forEach(key -> lanes.run(() -> single.delete(key, Condition.always())));
        lanes.await();
    }

    private void batch(List<ObjectKey> keys) {
        List<String> names = new ArrayList<>(keys.size());
        keys.forEach(key -> names.add(bucket.keyOf(key)));
        List<S3Error> errors;
        try {
            errors =
                    send(bucket, names, capabilities.get().has(Ability.BATCH_DELETE_NEEDS_MD5))
                            .errors();
        } catch (SdkException e) {
            throw Failures.removing(keys.getFirst().value(), e);
        }
        for (S3Error error : errors) {
            if (!"NoSuchKey".equals(error.code())) {
                throw new Unavailable(
                        keys.getFirst().value(),
                        "cannot remove all of " + keys.size() + " objects: " + error.code(),
                        null);
            }
        }
    }

    /**
     * One request; repeating it is harmless.
     *
     * @param names at most {@value #BATCH}, whole
     * @param md5 for servers from before there were other checksums
     */
    static DeleteObjectsResponse send(Bucket bucket, List<String> names, boolean md5) {
        List<ObjectIdentifier> objects =
                names.stream().map(name -> ObjectIdentifier.builder().key(name).build()).toList();
        DeleteObjectsRequest.Builder request =
                DeleteObjectsRequest.builder()
                        .bucket(bucket.name())
                        .delete(delete -> delete.objects(objects).quiet(true));
        if (md5) {
            request.overrideConfiguration(o -> o.addPlugin(LegacyMd5Plugin.create()));
        }
        return bucket.clients().repeating.deleteObjects(request.build());
    }
}
