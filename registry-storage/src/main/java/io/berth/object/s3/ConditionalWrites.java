package io.berth.object.s3;

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
import io.berth.object.s3.Attempts.Found;
import io.berth.object.s3.Bucket.Content;
import io.berth.object.s3.S3Capabilities.Ability;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * Writes and deletes of small objects that depend on what is there.
 *
 * <p>A server compares names that it gives to contents (ETags), not contents. Where those are known
 * to be the MD5 of small objects, the name is computed from the content expected, and one request
 * does it all. An object may still have another name, because it was written in several parts or
 * under another encryption; so a refusal is believed only after its content was read.
 */
final class ConditionalWrites {

    /** How often an object is looked at whose name changes, but not its content. */
    private static final int LOOKS = 5;

    private final Bucket bucket;
    private final Supplier<S3Capabilities> capabilities;

    /**
     * @param capabilities as they are known at the time
     */
    ConditionalWrites(Bucket bucket, Supplier<S3Capabilities> capabilities) {
        this.bucket = bucket;
        this.capabilities = capabilities;
    }

    void put(ObjectKey key, byte[] content, Condition condition) {
        bucket.sentinel().requireForWrite();
        switch (condition) {
            case Always() -> putAlways(key, content);
            case IfAbsent() -> create(key, content);
            case IfContent(byte[] expected) -> replace(key, content, expected);
            case IfUnchanged(Version version) -> replaceVersion(key, content, version);
        }
    }

    void delete(ObjectKey key, Condition condition) {
        bucket.sentinel().requireForWrite();
        switch (condition) {
            case Always() -> deleteAlways(key);
            case IfAbsent() -> requireAbsent(key);
            case IfContent(byte[] expected) -> deleteContent(key, expected);
            case IfUnchanged(Version version) -> deleteVersion(key, version);
        }
    }

    private void putAlways(ObjectKey key, byte[] content) {
        Attempts.repeat(
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
        Consumer<PutObjectRequest.Builder> guard =
                put -> {
                    if (can.mayHave(Ability.CREATE_IF_ABSENT)) {
                        put.ifNoneMatch("*");
                    }
                };
        Attempts.guarded(key, () -> send(key, content, guard), () -> look(key, content, null));
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
        withName(
                key,
                expected,
                guess,
                name -> {
                    Attempts.guarded(
                            key,
                            () -> send(key, content, put -> guard(put, name)),
                            () -> look(key, content, expected));
                });
    }

    private void deleteContent(ObjectKey key, byte[] expected) {
        S3Capabilities can = capabilities.get();
        boolean guess = can.deletesInOneStep() && can.has(Ability.MD5_ETAGS);
        withName(
                key,
                expected,
                guess,
                name -> {
                    DeleteObjectRequest request = deletion(key, name);
                    Attempts.guarded(
                            key,
                            () -> bucket.clients().once.deleteObject(request),
                            () -> look(key, null, expected));
                });
    }

    private void guard(PutObjectRequest.Builder put, String name) {
        if (capabilities.get().mayHave(Ability.REPLACE_IF_UNCHANGED)) {
            put.ifMatch(name);
        }
    }

    private DeleteObjectRequest deletion(ObjectKey key, String name) {
        DeleteObjectRequest.Builder delete =
                DeleteObjectRequest.builder().bucket(bucket.name()).key(bucket.keyOf(key));
        if (capabilities.get().mayHave(Ability.DELETE_IF_UNCHANGED)) {
            delete.ifMatch(name);
        }
        return delete.build();
    }

    private void replaceVersion(ObjectKey key, byte[] content, Version version) {
        if (!capabilities.get().replacesInOneStep()) {
            require(key, version);
        }
        String name = inForm(version.value());
        Attempts.guarded(
                key,
                () -> send(key, content, put -> guard(put, name)),
                () -> lookForVersion(key, content, version));
    }

    private void deleteVersion(ObjectKey key, Version version) {
        if (!capabilities.get().deletesInOneStep()) {
            require(key, version);
        }
        DeleteObjectRequest request = deletion(key, inForm(version.value()));
        Attempts.guarded(
                key,
                () -> bucket.clients().once.deleteObject(request),
                () -> lookForVersion(key, null, version));
    }

    private void require(ObjectKey key, Version version) {
        try {
            if (etag(key).equals(bare(version.value()))) {
                return;
            }
        } catch (NotFound e) {
            // as if it had another
        }
        throw new PreconditionFailed(key);
    }

    /** Also of an object that is too large to be read. */
    private String etag(ObjectKey key) {
        return bare(bucket.etag(key));
    }

    /**
     * What became of a request that got no answer. A version that follows from the bytes is the
     * same when they are written again: then nothing has to be repeated either.
     *
     * @param written {@code null}: nothing should be there
     */
    private Found lookForVersion(ObjectKey key, byte @Nullable [] written, Version before) {
        if (written != null) {
            try {
                if (Arrays.equals(bucket.read(key, written.length).bytes(), written)) {
                    return Found.DONE;
                }
            } catch (NotFound e) {
                return Found.UNCLEAR;
            } catch (TooLong e) {
                // it holds something else
            }
        }
        try {
            return etag(key).equals(bare(before.value())) ? Found.NOTHING : Found.UNCLEAR;
        } catch (NotFound e) {
            return written == null ? Found.DONE : Found.UNCLEAR;
        }
    }

    /**
     * Does something to the object that holds the content expected, given its name.
     *
     * @param guess whether the name is computed first, before it is looked up
     */
    private void withName(ObjectKey key, byte[] expected, boolean guess, Consumer<String> request) {
        String name = guess ? inForm(md5(expected)) : nameOf(key, expected);
        for (int i = 0; i < LOOKS; i++) {
            try {
                request.accept(name);
                return;
            } catch (PreconditionFailed e) {
                name = nameOf(key, expected);
            }
        }
        throw new Unavailable(key.value(), "the server does not take its own ETag", null);
    }

    /**
     * What the server calls the content expected.
     *
     * @throws PreconditionFailed when it is not there
     */
    private String nameOf(ObjectKey key, byte[] expected) {
        Content found;
        try {
            found = bucket.read(key, expected.length);
        } catch (NotFound | TooLong e) {
            throw new PreconditionFailed(key);
        }
        if (!Arrays.equals(found.bytes(), expected)) {
            throw new PreconditionFailed(key);
        }
        return inForm(found.etag());
    }

    private String inForm(String etag) {
        String bare = bare(etag);
        return capabilities.get().has(Ability.BARE_ETAGS) ? bare : '"' + bare + '"';
    }

    private static String bare(String etag) {
        return etag.replace("\"", "");
    }

    @SuppressWarnings("InsecureCryptoUsage") // it is a name, not a proof
    static String md5(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has MD5", e);
        }
    }

    private void send(ObjectKey key, byte[] content, Consumer<PutObjectRequest.Builder> condition) {
        PutObjectRequest.Builder put = bucket.put(key, content.length);
        condition.accept(put);
        bucket.clients().once.putObject(put.build(), RequestBody.fromBytes(content));
    }

    /**
     * What became of a request that got no answer.
     *
     * @param written {@code null}: nothing should be there
     * @param expected what was there before; {@code null}: nothing
     */
    private Found look(ObjectKey key, byte @Nullable [] written, byte @Nullable [] expected) {
        int limit = Math.max(length(written), length(expected));
        byte[] found;
        try {
            found = bucket.read(key, limit).bytes();
        } catch (NotFound e) {
            found = null;
        } catch (TooLong e) {
            return Found.UNCLEAR;
        }
        if (Arrays.equals(found, written)) {
            return Found.DONE;
        }
        return Arrays.equals(found, expected) ? Found.NOTHING : Found.UNCLEAR;
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private void deleteAlways(ObjectKey key) {
        try {
            Attempts.repeat(
                    key,
                    () ->
                            bucket.clients()
                                    .once
                                    .deleteObject(
                                            delete ->
                                                    delete.bucket(bucket.name())
                                                            .key(bucket.keyOf(key))));
        } catch (SdkException e) {
            // Some servers say that it was not there.
        }
    }
}
