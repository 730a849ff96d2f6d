package io.berth.object.s3;

import io.berth.object.ObjectKey;
import io.berth.object.s3.bucket.S3Capabilities;
import io.berth.object.s3.bucket.S3Capabilities.Trial;
import io.berth.object.s3.bucket.S3Clients;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyExistsException;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;

/** A bucket of a server, in which each test has a root directory of its own. */
public record TestBucket(
        URI endpoint, String region, String name, String accessKey, String secretKey, Path spool) {

    /** Outside of the root directories of tests, which are empty at the beginning. */
    public static final ObjectKey PROBES = ObjectKey.of("own/probe");

    private static final AtomicInteger ROOTS = new AtomicInteger();

    private static final Set<String> CREATED = new HashSet<>();

    /** The capabilities of each server, so that it is probed once. */
    private static final ConcurrentMap<URI, S3Capabilities> KNOWN = new ConcurrentHashMap<>();

    /** A server in this JVM for all tests, started by the first. */
    private static final class Local {

        private static final S3TestServer SERVER = new S3TestServer();
    }

    /** The bucket of the server in this JVM. */
    public static TestBucket local(Path spool) {
        return new TestBucket(
                Local.SERVER.endpoint(),
                S3TestServer.REGION,
                S3TestServer.BUCKET,
                S3TestServer.ACCESS_KEY,
                S3TestServer.SECRET_KEY,
                spool);
    }

    public static String newRoot() {
        return "t" + Long.toString(System.nanoTime(), 36) + ROOTS.incrementAndGet();
    }

    TestOptions options(String root) {
        return new TestOptions(name, region, endpoint, spool)
                .signedWith(accessKey, secretKey)
                .rootDirectory("/" + root);
    }

    public S3Capabilities capabilities() {
        return KNOWN.computeIfAbsent(
                endpoint,
                server -> {
                    try (S3Store store = S3Store.open(options("probe").build(), PROBES)) {
                        return store.capabilities();
                    }
                });
    }

    public S3Store open(String root) {
        return open(root, UnaryOperator.identity());
    }

    /** As if the server ignored the conditions of writes and deletes. */
    public S3Store openWithoutConditions(String root) {
        S3Capabilities less =
                capabilities()
                        .with(Trial.CREATE, Set.of())
                        .with(Trial.REPLACE, Set.of())
                        .with(Trial.DELETE, Set.of());
        return S3Store.open(
                options(root).build(), less, UnaryOperator.identity(), System::nanoTime);
    }

    public S3Store open(String root, UnaryOperator<SdkHttpClient> wire) {
        return open(root, wire, System::nanoTime);
    }

    /** With a clock that stands still, so that the sentinel is never checked again. */
    public S3Store openAtRest(String root, UnaryOperator<SdkHttpClient> wire) {
        return open(root, wire, () -> 0);
    }

    S3Store open(String root, UnaryOperator<SdkHttpClient> wire, LongSupplier nanos) {
        return S3Store.open(options(root).build(), capabilities(), wire, nanos);
    }

    private S3Clients clients() {
        return new S3Clients(options("").build().settings(), UnaryOperator.identity());
    }

    /** Creates the bucket when it is not there. */
    void create() {
        synchronized (CREATED) {
            if (CREATED.add(endpoint + "/" + name)) {
                createNow();
            }
        }
    }

    private void createNow() {
        try (S3Clients clients = clients()) {
            clients.retrying.createBucket(create -> create.bucket(name));
        } catch (BucketAlreadyOwnedByYouException | BucketAlreadyExistsException e) {
            // Another process has created it.
        }
    }

    /** Requests that are not made by a store. */
    interface Work<T> {
        T with(S3Client client);
    }

    <T> T as(Work<T> work) {
        try (S3Clients clients = clients()) {
            return work.with(clients.retrying);
        }
    }

    List<String> keys(String root) {
        return as(
                client -> {
                    List<String> keys = new ArrayList<>();
                    client.listObjectsV2Paginator(list -> list.bucket(name).prefix(root))
                            .contents()
                            .forEach(object -> keys.add(object.key()));
                    return keys;
                });
    }

    void putEmpty(String key) {
        as(client -> client.putObject(put -> put.bucket(name).key(key), RequestBody.empty()));
    }

    void remove(String root) {
        as(
                client -> {
                    for (String key : keys(root)) {
                        client.deleteObject(delete -> delete.bucket(name).key(key));
                    }
                    return true;
                });
    }

    int unfinishedUploads(String root) {
        return as(client -> client.listMultipartUploads(list -> list.bucket(name).prefix(root)))
                .uploads()
                .size();
    }
}
