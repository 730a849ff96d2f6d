package io.berth.object.s3;

import io.berth.name.HashAlgorithm;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException;
import io.berth.object.s3.Failures.Kind;
import io.berth.object.s3.S3Options.Checksums;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Tries out what a server does, for servers that speak the protocol differ, and so do versions of
 * one. Each trial has a key of its own, and they run side by side: about as long as six requests.
 * The keys are removed again; of a process that dies meanwhile they are left, and are harmless.
 */
final class Probe {

    private static final Logger log = LoggerFactory.getLogger(Probe.class);

    private static final byte[] CONTENT = "one".getBytes(StandardCharsets.UTF_8);
    private static final byte[] OTHER = "two".getBytes(StandardCharsets.UTF_8);

    /** The MD5 of nothing that is written here. */
    private static final String WRONG_ETAG = "00000000000000000000000000000000";

    private static final int TRIALS = 8;

    private static final int ATTEMPTS = 3;

    private final Bucket bucket;
    private final ObjectKey folder;

    private final AtomicBoolean createIfAbsent = new AtomicBoolean();
    private final AtomicBoolean replaceIfUnchanged = new AtomicBoolean();
    private final AtomicBoolean replaceRefusesAbsent = new AtomicBoolean();
    private final AtomicBoolean quotedEtags = new AtomicBoolean(true);
    private final AtomicBoolean md5Etags = new AtomicBoolean();
    private final AtomicBoolean deleteIfUnchanged = new AtomicBoolean();
    private final AtomicBoolean deleteRefusesAbsent = new AtomicBoolean();
    private final AtomicBoolean completeIfAbsent = new AtomicBoolean();
    private final AtomicBoolean sha256 = new AtomicBoolean();
    private final AtomicBoolean presignedLinks = new AtomicBoolean();
    private boolean batchDelete;
    private boolean batchDeleteNeedsMd5;

    /** Sort by their bytes in this order, and by anything else in another. */
    private final ObjectKey dash;

    private final ObjectKey dot;
    private final ObjectKey inFolder;
    private final ObjectKey digit;
    private final ObjectKey absent;

    private Probe(Bucket bucket, ObjectKey probes) {
        this.bucket = bucket;
        this.folder = ObjectKey.of(probes.value() + "/" + UUID.randomUUID());
        this.dash = key("a-");
        this.dot = key("a.");
        this.inFolder = key("a/1");
        this.digit = key("a0");
        this.absent = key("absent");
    }

    private ObjectKey key(String name) {
        return ObjectKey.of(folder.value() + "/" + name);
    }

    /**
     * @throws S3SetupException when the bucket cannot be used
     */
    static S3Capabilities run(Bucket bucket, ObjectKey probes) {
        Probe probe = new Probe(bucket, probes);
        probe.putFirst();
        try {
            probe.trials();
        } finally {
            probe.removeAll();
        }
        S3Capabilities found = probe.found();
        log.info("bucket {}: {}", bucket.name(), found);
        return found;
    }

    private S3Capabilities found() {
        return new S3Capabilities(
                createIfAbsent.get(),
                replaceIfUnchanged.get(),
                replaceRefusesAbsent.get(),
                quotedEtags.get(),
                md5Etags.get(),
                deleteIfUnchanged.get(),
                deleteRefusesAbsent.get(),
                completeIfAbsent.get(),
                sha256.get(),
                batchDelete,
                batchDeleteNeedsMd5,
                presignedLinks.get());
    }

    /** What is wrong with the bucket as a whole shows here. */
    private void putFirst() {
        try {
            Attempts.repeat(
                    dash,
                    () ->
                            bucket.clients()
                                    .once
                                    .putObject(
                                            bucket.put(dash, CONTENT.length).build(),
                                            RequestBody.fromBytes(CONTENT)));
        } catch (ObjectStoreException e) {
            throw SetupProblems.of(bucket.options(), e);
        } catch (SdkException e) {
            throw SetupProblems.of(bucket.options(), e);
        }
    }

    private void trials() {
        Lanes lanes = new Lanes(TRIALS);
        try {
            lanes.run(this::tryCreate);
            lanes.run(this::tryReplace);
            lanes.run(this::tryDelete);
            lanes.run(this::tryComplete);
            lanes.run(this::tryCopy);
            lanes.run(this::tryChecksum);
            lanes.run(this::tryLink);
            lanes.await();
        } catch (IllegalStateException e) {
            throw e.getCause() instanceof S3SetupException problem ? problem : e;
        } finally {
            lanes.cancel();
        }
        tryListing();
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
     * Of the answer, some attempts on: a server that is busy must not look like one that cannot.
     */
    private static int status(Runnable request) {
        for (int attempt = 1; ; attempt++) {
            try {
                request.run();
                return 200;
            } catch (SdkException e) {
                Kind kind = Failures.kind(e);
                boolean clear = kind != Kind.BUSY && kind != Kind.UNKNOWN;
                if (clear || attempt == ATTEMPTS) {
                    log.debug("a trial failed", e);
                    return Failures.status(e);
                }
            }
        }
    }

    private String put(ObjectKey key, byte[] content, Consumer<PutObjectRequest.Builder> more) {
        PutObjectRequest.Builder put = bucket.put(key, content.length);
        more.accept(put);
        return bucket.clients().once.putObject(put.build(), RequestBody.fromBytes(content)).eTag();
    }

    private void tryCreate() {
        createIfAbsent.set(
                isAccepted(() -> put(dot, CONTENT, put -> put.ifNoneMatch("*")))
                        && isRefused(() -> put(dot, OTHER, put -> put.ifNoneMatch("*"))));
        if (!createIfAbsent.get()) {
            isAccepted(() -> put(dot, CONTENT, put -> {}));
        }
    }

    private void tryReplace() {
        try {
            String etag = put(inFolder, CONTENT, put -> {}).replace("\"", "");
            md5Etags.set(etag.equals(ConditionalWrites.md5(CONTENT)));
            String quoted = '"' + etag + '"';
            boolean isQuoted = isAccepted(() -> put(inFolder, CONTENT, put -> put.ifMatch(quoted)));
            boolean isBare =
                    !isQuoted && isAccepted(() -> put(inFolder, CONTENT, put -> put.ifMatch(etag)));
            quotedEtags.set(!isBare);
            String wrong = inForm(WRONG_ETAG);
            replaceIfUnchanged.set(
                    (isQuoted || isBare)
                            && isRefused(() -> put(inFolder, OTHER, put -> put.ifMatch(wrong))));
            replaceRefusesAbsent.set(
                    isRefused(() -> put(absent, OTHER, put -> put.ifMatch(inForm(etag)))));
        } catch (SdkException e) {
            log.debug("a trial failed", e);
        }
    }

    private String inForm(String etag) {
        return quotedEtags.get() ? '"' + etag + '"' : etag;
    }

    /** Which form of an ETag the server takes is not known yet: the wrong one is wrong in both. */
    private void tryDelete() {
        try {
            String etag = put(digit, CONTENT, put -> {});
            boolean refusesWrong = isRefused(() -> delete(digit, '"' + WRONG_ETAG + '"'));
            boolean takesRight =
                    isAccepted(() -> delete(digit, etag))
                            || isAccepted(() -> delete(digit, etag.replace("\"", "")));
            deleteIfUnchanged.set(refusesWrong && takesRight);
            deleteRefusesAbsent.set(isRefused(() -> delete(digit, etag)));
            put(digit, CONTENT, put -> {});
        } catch (SdkException e) {
            log.debug("a trial failed", e);
        }
    }

    private void delete(ObjectKey key, String etag) {
        bucket.clients()
                .once
                .deleteObject(
                        delete ->
                                delete.bucket(bucket.name()).key(bucket.keyOf(key)).ifMatch(etag));
    }

    private void tryComplete() {
        String key = bucket.keyOf(dash);
        try {
            String id =
                    bucket.clients()
                            .once
                            .createMultipartUpload(bucket.create(dash).build())
                            .uploadId();
            String etag =
                    bucket.clients()
                            .once
                            .uploadPart(
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
                                    bucket.clients()
                                            .once
                                            .completeMultipartUpload(
                                                    complete ->
                                                            complete.bucket(bucket.name())
                                                                    .key(key)
                                                                    .uploadId(id)
                                                                    .ifNoneMatch("*")
                                                                    .multipartUpload(
                                                                            u -> u.parts(part))));
            completeIfAbsent.set(refused);
            if (refused) {
                isAccepted(() -> PartUpload.abort(bucket, dash, id));
            }
        } catch (SdkException e) {
            throw new S3SetupException(
                    "Bucket "
                            + bucket.name()
                            + " does not take objects in parts: "
                            + Failures.reason(e)
                            + ".",
                    "Allow multipart uploads (s3:PutObject, s3:AbortMultipartUpload).",
                    e);
        }
    }

    private void tryCopy() {
        ObjectKey copy = key("copy");
        try {
            bucket.clients().once.copyObject(bucket.copy(dash, copy, CONTENT.length).build());
        } catch (SdkException e) {
            throw new S3SetupException(
                    "Bucket "
                            + bucket.name()
                            + " does not copy objects: "
                            + Failures.reason(e)
                            + ".",
                    "Allow its objects to be read and written (s3:GetObject, s3:PutObject).",
                    e);
        }
    }

    private void tryChecksum() {
        if (bucket.options().checksums() == Checksums.NEVER) {
            return;
        }
        ObjectKey key = key("sum");
        String right = sha256(CONTENT);
        sha256.set(
                isAccepted(() -> put(key, CONTENT, put -> put.checksumSHA256(right)))
                        && !isAccepted(() -> put(key, OTHER, put -> put.checksumSHA256(right))));
    }

    private static String sha256(byte[] content) {
        byte[] hash = HashAlgorithm.SHA256.newDigest().digest(content);
        return Base64.getEncoder().encodeToString(hash);
    }

    private void tryLink() {
        if (!bucket.options().redirects()) {
            return;
        }
        try {
            URI link = new Links(bucket).link(dash);
            SdkHttpRequest get =
                    SdkHttpRequest.builder().uri(link).method(SdkHttpMethod.GET).build();
            HttpExecuteResponse answer =
                    bucket.clients()
                            .http()
                            .prepareRequest(HttpExecuteRequest.builder().request(get).build())
                            .call();
            answer.responseBody().ifPresent(body -> body.abort());
            presignedLinks.set(answer.httpResponse().isSuccessful());
        } catch (IOException | SdkException e) {
            log.debug("a trial failed", e);
        }
    }

    private void tryListing() {
        List<String> all = listed(list -> {});
        List<String> first = all.subList(0, Math.min(4, all.size()));
        List<String> expected = List.of("a-", "a.", "a/1", "a0");
        if (!first.equals(expected)) {
            throw wrongListing("in the order of its bytes", first);
        }
        List<String> folded =
                listed(list -> list.delimiter("/").startAfter(bucket.keyOf(folder) + "/a/~"));
        if (folded.isEmpty() || !folded.getFirst().equals("a0")) {
            throw wrongListing("behind a key", folded);
        }
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

    private List<String> listed(Consumer<ListObjectsV2Request.Builder> more) {
        String prefix = bucket.keyOf(folder) + "/";
        ListObjectsV2Request.Builder list =
                ListObjectsV2Request.builder().bucket(bucket.name()).prefix(prefix);
        more.accept(list);
        ListObjectsV2Response answer;
        try {
            answer = bucket.clients().repeating.listObjectsV2(list.build());
        } catch (SdkException e) {
            throw new S3SetupException(
                    "The keys of bucket "
                            + bucket.name()
                            + " cannot be listed: "
                            + Failures.reason(e)
                            + ".",
                    "Allow it to be listed (s3:ListBucket).",
                    e);
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

    private void removeAll() {
        List<String> names = new ArrayList<>();
        for (ObjectKey key : List.of(dash, dot, inFolder, digit, absent, key("copy"), key("sum"))) {
            names.add(bucket.keyOf(key));
        }
        Supplier<Boolean> plain = () -> Deletes.send(bucket, names, false).errors().isEmpty();
        Supplier<Boolean> md5 = () -> Deletes.send(bucket, names, true).errors().isEmpty();
        batchDelete = isDone(plain);
        if (!batchDelete) {
            batchDelete = isDone(md5);
            batchDeleteNeedsMd5 = batchDelete;
        }
        if (!batchDelete) {
            names.forEach(this::removeOne);
        }
    }

    private static boolean isDone(Supplier<Boolean> request) {
        try {
            return request.get();
        } catch (SdkException e) {
            log.debug("a trial failed", e);
            return false;
        }
    }

    private void removeOne(String name) {
        try {
            bucket.clients()
                    .repeating
                    .deleteObject(delete -> delete.bucket(bucket.name()).key(name));
        } catch (SdkException e) {
            if (Failures.kind(e) != Failures.Kind.ABSENT) {
                throw new S3SetupException(
                        "Objects of bucket "
                                + bucket.name()
                                + " cannot be removed: "
                                + Failures.reason(e)
                                + ".",
                        "Allow it (s3:DeleteObject).",
                        e);
            }
        }
    }
}
