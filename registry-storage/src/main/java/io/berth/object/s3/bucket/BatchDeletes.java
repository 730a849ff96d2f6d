package io.berth.object.s3.bucket;

import io.berth.concurrent.TaskGroup;
import io.berth.object.Condition;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.s3.bucket.S3Capabilities.Ability;
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

/**
 * Deletes many objects: in batches of {@value #BATCH} by DeleteObjects, or several at a time by
 * DeleteObject where the server has no DeleteObjects. Thread-safe.
 */
public final class BatchDeletes {

    /** The most keys that one request takes. */
    static final int BATCH = 1000;

    /** Concurrent DeleteObject requests. */
    private static final int CONCURRENCY = 8;

    private final Bucket bucket;
    private final Supplier<S3Capabilities> capabilities;
    private final ConditionalWrites single;

    /**
     * @param capabilities the current ones
     * @param single deletes one object
     */
    public BatchDeletes(
            Bucket bucket, Supplier<S3Capabilities> capabilities, ConditionalWrites single) {
        this.bucket = bucket;
        this.capabilities = capabilities;
        this.single = single;
    }

    /**
     * Deletes objects. Keys without an object are ignored.
     *
     * @throws Unavailable when some objects may be left; the call can be repeated
     */
    public void delete(Collection<ObjectKey> keys) {
        bucket.sentinel().requireForWrite();
        List<ObjectKey> all = List.copyOf(keys);
        if (all.size() == 1 || !capabilities.get().has(Ability.BATCH_DELETE)) {
            deleteEach(all);
            return;
        }
        for (int from = 0; from < all.size(); from += BATCH) {
            deleteBatch(all.subList(from, Math.min(from + BATCH, all.size())));
        }
    }

    private void deleteEach(List<ObjectKey> keys) {
        if (keys.size() == 1) {
            single.delete(keys.getFirst(), Condition.always());
            return;
        }
        TaskGroup tasks = new TaskGroup(CONCURRENCY);
        keys.forEach(key -> tasks.run(() -> single.delete(key, Condition.always())));
        tasks.await();
    }

    private void deleteBatch(List<ObjectKey> keys) {
        List<String> names = new ArrayList<>(keys.size());
        keys.forEach(key -> names.add(bucket.keyOf(key)));
        List<S3Error> errors;
        try {
            errors =
                    send(bucket, names, capabilities.get().has(Ability.BATCH_DELETE_NEEDS_MD5))
                            .errors();
        } catch (SdkException e) {
            throw S3Errors.deleting(keys.getFirst().value(), e);
        }
        for (S3Error error : errors) {
            if (!"NoSuchKey".equals(error.code())) {
                throw new Unavailable(
                        keys.getFirst().value(),
                        "cannot delete all of " + keys.size() + " objects: " + error.code(),
                        null);
            }
        }
    }

    /**
     * Makes one DeleteObjects request, and repeats it where the SDK does.
     *
     * @param names keys in the bucket, at most {@value #BATCH}
     * @param md5 whether the request has a Content-MD5, which older servers require
     * @return the response, which has the errors of single objects
     */
    public static DeleteObjectsResponse send(Bucket bucket, List<String> names, boolean md5) {
        List<ObjectIdentifier> objects =
                names.stream().map(name -> ObjectIdentifier.builder().key(name).build()).toList();
        DeleteObjectsRequest.Builder request =
                DeleteObjectsRequest.builder()
                        .bucket(bucket.name())
                        .delete(delete -> delete.objects(objects).quiet(true));
        if (md5) {
            request.overrideConfiguration(o -> o.addPlugin(LegacyMd5Plugin.create()));
        }
        return bucket.clients().retrying.deleteObjects(request.build());
    }
}
