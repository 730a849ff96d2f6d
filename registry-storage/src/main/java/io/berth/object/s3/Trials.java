package io.berth.object.s3;

import io.berth.name.HashAlgorithm;
import io.berth.object.ObjectKey;
import io.berth.object.s3.Failures.Kind;
import io.berth.object.s3.S3Capabilities.Ability;
import io.berth.object.s3.S3Options.Checksums;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The requests of each trial. What a trial changes is under a key that no other attempt uses: an
 * answer that was lost to an earlier attempt makes no difference to the next. Each trial says what
 * the server can, or that it came to no result ({@link UnclearException}), or that the bucket
 * cannot be used ({@link S3SetupException}).
 */
final class Trials {

    /** A trial came to no result. */
    static final class UnclearException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final SdkException failure;

        UnclearException(SdkException failure) {
            super(Failures.reason(failure), failure);
            this.failure = failure;
        }

        /** Whether the server answered at all, and was not merely busy. */
        boolean isAnswer() {
            return Failures.kind(failure) != Kind.BUSY && Failures.status(failure) != 0;
        }

        SdkException failure() {
            return failure;
        }
    }

    private static final Logger log = LoggerFactory.getLogger(Trials.class);

    private static final byte[] CONTENT = "one".getBytes(StandardCharsets.UTF_8);
    private static final byte[] OTHER = "two".getBytes(StandardCharsets.UTF_8);

    /** The MD5 of nothing that is written here. */
    private static final String WRONG_ETAG = "00000000000000000000000000000000";

    /** Sort by their bytes in this order, and by anything else in another. */
    private static final List<String> LISTED = List.of("a-", "a.", "a/1", "a0");

    private static final String LISTED_FOLDER = "/listed";

    private static final String FIRST = "a-";

    private final Bucket bucket;
    private final String folder;
    private final ObjectKey first;
    private final AtomicInteger count = new AtomicInteger();

    /** The keys that may be there by now, as the server knows them. */
    private final List<String> used = Collections.synchronizedList(new ArrayList<>());

    Trials(Bucket bucket, ObjectKey folder) {
        this.bucket = bucket;
        this.folder = folder.value();
        this.first = listed(FIRST);
        note(first);
    }

    List<String> used() {
        synchronized (used) {
            return List.copyOf(used);
        }
    }

    /** One that no other attempt uses. */
    private ObjectKey key(String name) {
        return note(ObjectKey.of(folder + "/" + name + count.incrementAndGet()));
    }

    private ObjectKey listed(String name) {
        return ObjectKey.of(folder + LISTED_FOLDER + "/" + name);
    }

    private ObjectKey note(ObjectKey key) {
        used.add(bucket.keyOf(key));
        return key;
    }

    /** What is wrong with the bucket as a whole shows here. */
    void first() {
        make(first);
    }

    /** Whether a request was refused because of its condition, not for any other reason. */
    private static boolean isRefused(Runnable request) {
        int status = status(request);
        return status == 412 || status == 409 || status == 404;
    }

    private static boolean isAccepted(Runnable request) {
        return status(request) == 200;
    }

    /**
     * @throws UnclearException when there is no answer that says whether the server can
     */
    private static int status(Runnable request) {
        try {
            request.run();
            return 200;
        } catch (SdkException e) {
            log.debug("a request of a trial failed", e);
            if (isUnclear(e)) {
                throw new UnclearException(e);
            }
            return Failures.status(e);
        }
    }

    private static boolean isUnclear(SdkException e) {
        Kind kind = Failures.kind(e);
        return kind == Kind.BUSY || kind == Kind.UNKNOWN;
    }

    private static RuntimeException unclearOr(SdkException e, RuntimeException otherwise) {
        return isUnclear(e) ? new UnclearException(e) : otherwise;
    }

    private String put(ObjectKey key, byte[] content, Consumer<PutObjectRequest.Builder> more) {
        PutObjectRequest.Builder put = bucket.put(key, content.length);
        more.accept(put);
        return bucket.clients().once.putObject(put.build(), RequestBody.fromBytes(content)).eTag();
    }

    /** Of an object that a trial is about. */
    private String make(ObjectKey key) {
        try {
            return put(key, CONTENT, put -> {});
        } catch (SdkException e) {
            throw unclearOr(e, SetupProblems.of(bucket.options(), e));
        }
    }

    private static Set<Ability> found(boolean can, Ability ability) {
        return can ? EnumSet.of(ability) : EnumSet.noneOf(Ability.class);
    }

    Set<Ability> create() {
        ObjectKey key = key("create");
        return found(
                isAccepted(() -> put(key, CONTENT, put -> put.ifNoneMatch("*")))
                        && isRefused(() -> put(key, OTHER, put -> put.ifNoneMatch("*"))),
                Ability.CREATE_IF_ABSENT);
    }

    Set<Ability> replace() {
        ObjectKey key = key("replace");
        Set<Ability> found = EnumSet.noneOf(Ability.class);
        String etag = make(key).replace("\"", "");
        if (etag.equals(ConditionalWrites.md5(CONTENT))) {
            found.add(Ability.MD5_ETAGS);
        }
        String quoted = '"' + etag + '"';
        boolean isQuoted = isAccepted(() -> put(key, CONTENT, put -> put.ifMatch(quoted)));
        boolean isBare = !isQuoted && isAccepted(() -> put(key, CONTENT, put -> put.ifMatch(etag)));
        if (isBare) {
            found.add(Ability.BARE_ETAGS);
        }
        String wrong = isBare ? WRONG_ETAG : '"' + WRONG_ETAG + '"';
        if ((isQuoted || isBare) && isRefused(() -> put(key, OTHER, put -> put.ifMatch(wrong)))) {
            found.add(Ability.REPLACE_IF_UNCHANGED);
        }
        String right = isBare ? etag : quoted;
        if (isRefused(() -> put(key("absent"), OTHER, put -> put.ifMatch(right)))) {
            found.add(Ability.REPLACE_REFUSES_ABSENT);
        }
        return found;
    }

    /** Which form of an ETag the server takes is not known yet: the wrong one is wrong in both. */
    Set<Ability> delete() {
        ObjectKey key = key("delete");
        Set<Ability> found = EnumSet.noneOf(Ability.class);
        String etag = make(key);
        boolean refusesWrong = isRefused(() -> delete(key, '"' + WRONG_ETAG + '"'));
        boolean takesRight =
                isAccepted(() -> delete(key, etag))
                        || isAccepted(() -> delete(key, etag.replace("\"", "")));
        if (refusesWrong && takesRight) {
            found.add(Ability.DELETE_IF_UNCHANGED);
        }
        if (isRefused(() -> delete(key, etag))) {
            found.add(Ability.DELETE_REFUSES_ABSENT);
        }
        return found;
    }

    private void delete(ObjectKey key, String etag) {
        bucket.clients()
                .once
                .deleteObject(
                        delete ->
                                delete.bucket(bucket.name()).key(bucket.keyOf(key)).ifMatch(etag));
    }

    /** Under a condition that does not hold: the object that is there stays. */
    Set<Ability> multipart() {
        S3Client client = bucket.clients().once;
        String key = bucket.keyOf(first);
        try {
            String id = client.createMultipartUpload(bucket.create(first).build()).uploadId();
            String etag =
                    client.uploadPart(
                                    part ->
                                            part.bucket(bucket.name())
                                                    .key(key)
                                                    .uploadId(id)
                                                    .partNumber(1),
                                    RequestBody.fromBytes(CONTENT))
                            .eTag();
            CompletedPart part = CompletedPart.builder().partNumber(1).eTag(etag).build();
            boolean refused =
                    isRefused(
                            () ->
                                    client.completeMultipartUpload(
                                            complete ->
                                                    complete.bucket(bucket.name())
                                                            .key(key)
                                                            .uploadId(id)
                                                            .ifNoneMatch("*")
                                                            .multipartUpload(u -> u.parts(part))));
            if (refused) {
                status(() -> PartUpload.abort(bucket, first, id));
            }
            return found(refused, Ability.COMPLETE_IF_ABSENT);
        } catch (SdkException e) {
            throw unclearOr(
                    e,
                    problem(
                            "does not take objects in parts",
                            "Allow multipart uploads (s3:PutObject, s3:AbortMultipartUpload).",
                            e));
        }
    }

    private S3SetupException problem(String what, String advice, SdkException e) {
        return new S3SetupException(
                "Bucket " + bucket.name() + " " + what + ": " + Failures.reason(e) + ".",
                advice,
                e);
    }

    Set<Ability> copy() {
        try {
            bucket.clients()
                    .once
                    .copyObject(bucket.copy(first, key("copy"), CONTENT.length).build());
            return Set.of();
        } catch (SdkException e) {
            throw unclearOr(
                    e,
                    problem(
                            "does not copy objects",
                            "Allow its objects to be read and written (s3:GetObject,"
                                    + " s3:PutObject).",
                            e));
        }
    }

    Set<Ability> checksum() {
        if (bucket.options().checksums() == Checksums.NEVER) {
            return Set.of();
        }
        ObjectKey key = key("sum");
        String right = sha256(CONTENT);
        return found(
                isAccepted(() -> put(key, CONTENT, put -> put.checksumSHA256(right)))
                        && !isAccepted(() -> put(key, OTHER, put -> put.checksumSHA256(right))),
                Ability.SHA256);
    }

    private static String sha256(byte[] content) {
        byte[] hash = HashAlgorithm.SHA256.newDigest().digest(content);
        return Base64.getEncoder().encodeToString(hash);
    }

    /** From where clients are, it may be otherwise. */
    Set<Ability> link() {
        if (!bucket.options().redirects()) {
            return Set.of();
        }
        try {
            URI link = new Links(bucket).link(first);
            SdkHttpRequest get =
                    SdkHttpRequest.builder().uri(link).method(SdkHttpMethod.GET).build();
            HttpExecuteResponse answer =
                    bucket.clients()
                            .http()
                            .prepareRequest(HttpExecuteRequest.builder().request(get).build())
                            .call();
            answer.responseBody().ifPresent(body -> body.abort());
            int status = answer.httpResponse().statusCode();
            if (status == 429 || status >= 500) {
                throw new UnclearException(
                        S3Exception.builder().statusCode(status).message("a link").build());
            }
            return found(answer.httpResponse().isSuccessful(), Ability.PRESIGNED_LINKS);
        } catch (IOException e) {
            log.debug("a request of a trial failed", e);
            if (!Failures.isNotSent(e)) {
                throw new UnclearException(SdkClientException.create("a link", e));
            }
            return Set.of();
        }
    }

    Set<Ability> listing() {
        for (String name : LISTED) {
            if (!name.equals(FIRST)) {
                make(note(listed(name)));
            }
        }
        // Some servers list files of writes that are under way, too.
        List<String> all = list(ask -> {});
        if (!all.stream().filter(LISTED::contains).toList().equals(LISTED)) {
            throw wrongListing("in the order of its bytes", all);
        }
        List<String> folded =
                list(ask -> ask.delimiter("/").startAfter(bucket.keyOf(listed("a")) + "/~"));
        if (!folded.stream().filter(LISTED::contains).findFirst().equals(Optional.of("a0"))) {
            throw wrongListing("behind a key", folded);
        }
        return Set.of();
    }

    private S3SetupException wrongListing(String how, List<String> listed) {
        return new S3SetupException(
                "The server of bucket "
                        + bucket.name()
                        + " does not list keys "
                        + how
                        + ", but as "
                        + listed
                        + ".",
                "Use a bucket that does; directory buckets do not.");
    }

    private List<String> list(Consumer<ListObjectsV2Request.Builder> more) {
        String prefix = bucket.keyOf(ObjectKey.of(folder + LISTED_FOLDER)) + "/";
        ListObjectsV2Request.Builder ask =
                ListObjectsV2Request.builder().bucket(bucket.name()).prefix(prefix);
        more.accept(ask);
        ListObjectsV2Response answer;
        try {
            answer = bucket.clients().once.listObjectsV2(ask.build());
        } catch (SdkException e) {
            throw unclearOr(
                    e, problem("cannot be listed", "Allow it to be listed (s3:ListBucket).", e));
        }
        List<String> names = new ArrayList<>();
        for (S3Object object : answer.contents()) {
            names.add(object.key().substring(prefix.length()));
        }
        for (CommonPrefix folded : answer.commonPrefixes()) {
            names.add(0, folded.prefix().substring(prefix.length()));
        }
        return names;
    }

    /** Of all that the other trials have made, which must have ended. */
    Set<Ability> batchDelete() {
        if (isDone(false)) {
            return EnumSet.of(Ability.BATCH_DELETE);
        }
        if (isDone(true)) {
            return EnumSet.of(Ability.BATCH_DELETE, Ability.BATCH_DELETE_NEEDS_MD5);
        }
        return Set.of();
    }

    private boolean isDone(boolean md5) {
        List<S3Error> errors = new ArrayList<>();
        int status = status(() -> errors.addAll(Deletes.send(bucket, used(), md5).errors()));
        return status == 200 && errors.isEmpty();
    }

    /**
     * Where there is no batch.
     *
     * @throws S3SetupException when that is not allowed
     */
    void removeEach() {
        for (String name : used()) {
            try {
                bucket.clients()
                        .repeating
                        .deleteObject(delete -> delete.bucket(bucket.name()).key(name));
            } catch (SdkException e) {
                if (isUnclear(e)) {
                    log.warn("{} of a trial is left in the bucket: {}", name, Failures.reason(e));
                } else if (Failures.kind(e) != Kind.ABSENT) {
                    throw problem(
                            "does not let objects be removed", "Allow it (s3:DeleteObject).", e);
                }
            }
        }
    }
}
