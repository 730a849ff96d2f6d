package io.berth.object.s3.bucket;

import io.berth.object.Condition;
import io.berth.object.Condition.Always;
import io.berth.object.Condition.IfAbsent;
import io.berth.object.Condition.IfContent;
import io.berth.object.Condition.IfUnchanged;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.ObjectStoreException.PreconditionFailed;
import io.berth.object.ObjectStoreException.TooLong;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.Version;
import io.berth.object.s3.bucket.Bucket.Content;
import io.berth.object.s3.bucket.Retries.Outcome;
import io.berth.object.s3.bucket.S3Capabilities.Ability;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * Writes and deletes of small objects under a {@link Condition}.
 *
 * <p>A server compares ETags, not contents. Where the ETag of a small object is known to be its
 * MD5, the ETag is computed from the expected content, and one request is enough. An object may
 * still have another ETag, because it was written in several parts or under another encryption; so
 * after a refusal the content is read to verify it. Thread-safe.
 *
 * <p>Every write throws {@code PreconditionFailed} when its condition does not hold, {@code
 * Unavailable} when it was not carried out, and {@code OutcomeUnknown} when it may have been.
 */
public final class ConditionalWrites {

    /** Attempts at an object whose ETag changes while its content stays the same. */
    private static final int MAX_ETAGS = 5;

    private final Bucket bucket;
    private final Supplier<S3Capabilities> capabilities;

    /**
     * @param capabilities the current ones
     */
    public ConditionalWrites(Bucket bucket, Supplier<S3Capabilities> capabilities) {
        this.bucket = bucket;
        this.capabilities = capabilities;
    }

    public void put(ObjectKey key, byte[] content, Condition condition) {
        bucket.sentinel().requireForWrite();
        switch (condition) {
            case Always() -> putAlways(key, content);
            case IfAbsent() -> create(key, content);
            case IfContent(byte[] expected) -> replace(key, content, expected);
            case IfUnchanged(Version version) -> replaceVersion(key, content, version);
        }
    }

    public void delete(ObjectKey key, Condition condition) {
        bucket.sentinel().requireForWrite();
        switch (condition) {
            case Always() -> deleteAlways(key);
            case IfAbsent() -> requireAbsent(key);
            case IfContent(byte[] expected) -> deleteContent(key, expected);
            case IfUnchanged(Version version) -> deleteVersion(key, version);
        }
    }

    private void putAlways(ObjectKey key, byte[] content) {
        Retries.repeat(
                key,
                () -> {
                    send(key, content, put -> {});
                    return true;
                });
    }

    private void create(ObjectKey key, byte[] content) {
        S3Capabilities can = capabilities.get();
        if (!can.createsInOneStep()) {
            requireAbsent(key);
        }
        Consumer<PutObjectRequest.Builder> condition =
                put -> {
                    if (can.mayHave(Ability.CREATE_IF_ABSENT)) {
                        put.ifNoneMatch("*");
                    }
                };
        Retries.conditional(
                key, () -> send(key, content, condition), () -> look(key, content, null));
    }

    private void requireAbsent(ObjectKey key) {
        try {
            bucket.head(key);
        } catch (NotFound e) {
            return;
        }
        throw new PreconditionFailed(key);
    }

    private void replace(ObjectKey key, byte[] content, byte[] expected) {
        S3Capabilities can = capabilities.get();
        boolean guess = can.replacesInOneStep() && can.has(Ability.MD5_ETAGS);
        withEtag(
                key,
                expected,
                guess,
                etag -> {
                    Retries.conditional(
                            key,
                            () -> send(key, content, put -> addCondition(put, etag)),
                            () -> look(key, content, expected));
                });
    }

    private void deleteContent(ObjectKey key, byte[] expected) {
        S3Capabilities can = capabilities.get();
        boolean guess = can.deletesInOneStep() && can.has(Ability.MD5_ETAGS);
        withEtag(
                key,
                expected,
                guess,
                etag -> {
                    DeleteObjectRequest request = deletion(key, etag);
                    Retries.conditional(
                            key,
                            () -> bucket.clients().once.deleteObject(request),
                            () -> look(key, null, expected));
                });
    }

    private void addCondition(PutObjectRequest.Builder put, String etag) {
        if (capabilities.get().mayHave(Ability.REPLACE_IF_UNCHANGED)) {
            put.ifMatch(etag);
        }
    }

    private DeleteObjectRequest deletion(ObjectKey key, String etag) {
        DeleteObjectRequest.Builder delete =
                DeleteObjectRequest.builder().bucket(bucket.name()).key(bucket.keyOf(key));
        if (capabilities.get().mayHave(Ability.DELETE_IF_UNCHANGED)) {
            delete.ifMatch(etag);
        }
        return delete.build();
    }

    private void replaceVersion(ObjectKey key, byte[] content, Version version) {
        if (!capabilities.get().replacesInOneStep()) {
            require(key, version);
        }
        String etag = inServersForm(version.value());
        Retries.conditional(
                key,
                () -> send(key, content, put -> addCondition(put, etag)),
                () -> lookForVersion(key, content, version));
    }

    private void deleteVersion(ObjectKey key, Version version) {
        if (!capabilities.get().deletesInOneStep()) {
            require(key, version);
        }
        DeleteObjectRequest request = deletion(key, inServersForm(version.value()));
        Retries.conditional(
                key,
                () -> bucket.clients().once.deleteObject(request),
                () -> lookForVersion(key, null, version));
    }

    private void require(ObjectKey key, Version version) {
        try {
            if (hasVersion(key, version)) {
                return;
            }
        } catch (NotFound e) {
            // no object counts as another version
        }
        throw new PreconditionFailed(key);
    }

    /** Whether the object has this version; makes a HEAD request. */
    private boolean hasVersion(ObjectKey key, Version version) {
        return !version.value().isEmpty() && bucket.head(key).version().equals(version);
    }

    /**
     * Finds out the outcome of a request without a response. If the object has the written bytes,
     * the request counts as done, also where it had them before.
     *
     * @param written {@code null}: the request deletes
     */
    private Outcome lookForVersion(ObjectKey key, byte @Nullable [] written, Version before) {
        if (written != null) {
            try {
                if (Arrays.equals(bucket.read(key, written.length).bytes(), written)) {
                    return Outcome.DONE;
                }
            } catch (NotFound e) {
                return Outcome.UNKNOWN;
            } catch (TooLong e) {
                // the object has other content
            }
        }
        try {
            return hasVersion(key, before) ? Outcome.UNCHANGED : Outcome.UNKNOWN;
        } catch (NotFound e) {
            return written == null ? Outcome.DONE : Outcome.UNKNOWN;
        }
    }

    /**
     * Makes a request on the condition that the object has the ETag of the expected content.
     *
     * @param guess whether the ETag is first computed instead of read
     */
    private void withEtag(ObjectKey key, byte[] expected, boolean guess, Consumer<String> request) {
        String etag = guess ? inServersForm(ETags.md5(expected)) : etagOf(key, expected);
        for (int i = 0; i < MAX_ETAGS; i++) {
            try {
                request.accept(etag);
                return;
            } catch (PreconditionFailed e) {
                etag = etagOf(key, expected);
            }
        }
        throw new Unavailable(
                key.value(),
                "the server refuses If-Match with the ETag that it gives the object",
                null);
    }

    /**
     * The ETag of the object, if it has the expected content.
     *
     * @throws PreconditionFailed when the object has other content or does not exist
     */
    private String etagOf(ObjectKey key, byte[] expected) {
        Content found;
        try {
            found = bucket.read(key, expected.length);
        } catch (NotFound | TooLong e) {
            throw new PreconditionFailed(key);
        }
        if (!Arrays.equals(found.bytes(), expected)) {
            throw new PreconditionFailed(key);
        }
        return inServersForm(found.etag());
    }

    private String inServersForm(String etag) {
        return capabilities.get().has(Ability.BARE_ETAGS) ? ETags.bare(etag) : ETags.quoted(etag);
    }

    private void send(ObjectKey key, byte[] content, Consumer<PutObjectRequest.Builder> condition) {
        PutObjectRequest.Builder put = bucket.put(key, content.length);
        condition.accept(put);
        bucket.clients().once.putObject(put.build(), RequestBody.fromBytes(content));
    }

    /**
     * Finds out the outcome of a request without a response.
     *
     * @param written {@code null}: the request deletes
     * @param expected the content before; {@code null}: there was no object
     */
    private Outcome look(ObjectKey key, byte @Nullable [] written, byte @Nullable [] expected) {
        int limit = Math.max(length(written), length(expected));
        byte[] found;
        try {
            found = bucket.read(key, limit).bytes();
        } catch (NotFound e) {
            found = null;
        } catch (TooLong e) {
            return Outcome.UNKNOWN;
        }
        if (Arrays.equals(found, written)) {
            return Outcome.DONE;
        }
        return Arrays.equals(found, expected) ? Outcome.UNCHANGED : Outcome.UNKNOWN;
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private void deleteAlways(ObjectKey key) {
        try {
            Retries.repeat(
                    key,
                    () ->
                            bucket.clients()
                                    .once
                                    .deleteObject(
                                            delete ->
                                                    delete.bucket(bucket.name())
                                                            .key(bucket.keyOf(key))));
        } catch (SdkException e) {
            // Some servers respond that there is no such object.
        }
    }
}
