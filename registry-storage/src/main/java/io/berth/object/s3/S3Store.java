package io.berth.object.s3;

import io.berth.name.ByteRange;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ListRequest;
import io.berth.object.Listing;
import io.berth.object.ObjectContent;
import io.berth.object.ObjectInfo;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectWriter;
import io.berth.object.PresignedUrls;
import io.berth.object.StagedObject;
import io.berth.object.s3.bucket.BatchDeletes;
import io.berth.object.s3.bucket.Bucket;
import io.berth.object.s3.bucket.Bucket.Content;
import io.berth.object.s3.bucket.ConditionalWrites;
import io.berth.object.s3.bucket.DeferredDeletes;
import io.berth.object.s3.bucket.Listings;
import io.berth.object.s3.bucket.S3Capabilities;
import io.berth.object.s3.bucket.S3Capabilities.Ability;
import io.berth.object.s3.bucket.S3Clients;
import io.berth.object.s3.bucket.S3Options;
import io.berth.object.s3.bucket.S3PresignedUrls;
import io.berth.object.s3.bucket.S3SetupException;
import io.berth.object.s3.multipart.S3Writer;
import io.berth.object.s3.multipart.Spool;
import io.berth.object.s3.probe.CapabilityProbe;
import io.berth.object.s3.setting.WriteSettings.Checksums;
import io.berth.object.s3.staging.StagingArea;
import io.berth.object.s3.staging.TailCache;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.http.SdkHttpClient;

/**
 * Objects in a bucket of Amazon S3, or of a server that implements its protocol. The key in the
 * bucket is the root directory and the key of the object, so that other registries can use the same
 * bucket. {@link Durability} makes no difference: what the server has accepted is as durable as the
 * server makes it. Thread-safe.
 *
 * <p><b>Conditions</b> hold between all replicas where the server supports conditional writes,
 * which a capability probe finds out when the store is opened ({@link #capabilities}). Elsewhere
 * the store reads first and then writes, so that of two concurrent writes both may succeed. A
 * capability that is unclear is probed again every 30 s; until then the store reads first and sends
 * the condition as well.
 *
 * <p><b>The sentinel</b> is checked before an object is reported absent if it was not seen for 2 s,
 * and before a write if it was not seen for 15 s. A 404 without a request id may come from a proxy
 * and is not believed: the object is requested once more, by a GET.
 *
 * <p>A {@link io.berth.object.Version} is an ETag, also of an object that was written in parts.
 * Most servers derive it from the bytes, so that two writes of equal bytes in equal parts have the
 * same version. Where the server does not list ETags, a listing with the info of objects costs a
 * HEAD for each object.
 *
 * <p><b>Lost responses.</b> After a conditional write without a response the store reads the object
 * before it repeats the write; a write without a condition is repeated. {@code OutcomeUnknown} is
 * thrown when the outcome is still unknown then. A request that moves few bytes has a timeout of 15
 * s for each of three attempts, a transfer one of 60 s and a second for each 256 KiB.
 *
 * <p><b>Memory.</b> A writer or a handle has at most four parts that are being filled or sent. Each
 * takes up to 256 KiB of the heap, or a file in the spool folder if it is larger. All of them
 * together take at most {@link S3Options#spoolBytes} of the heap; beyond that each part is a file.
 * Tails of staged bytes that wait for their next handle are included, and take up to 256 MiB of
 * files.
 *
 * <p>A key and the root directory have at most 1024 characters together. Keys in the bucket that
 * cannot be keys of the store are ignored.
 */
public final class S3Store implements ObjectStore, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(S3Store.class);

    /** Time between two probes for unclear capabilities. */
    private static final Duration PROBE_PAUSE = Duration.ofSeconds(30);

    private final Bucket bucket;
    private final ObjectKey probeFolder;
    private volatile S3Capabilities capabilities;
    private final ConditionalWrites conditional;
    private final BatchDeletes deletes;
    private final Listings listings;
    private final DeferredDeletes deferred;
    private final Spool spool;
    private final TailCache tails = new TailCache();
    private final StagingArea staging;
    private final Optional<PresignedUrls> presignedUrls;
    private final Thread probing;

    /**
     * Connects to the bucket, and runs the capability probe: some twenty requests on objects that
     * it deletes again.
     *
     * @param probeFolder prefix of these objects; must contain nothing else
     * @throws S3SetupException when the bucket cannot be used
     * @throws UncheckedIOException when files cannot be written in the spool folder; its message
     *     names the folder
     */
    public static S3Store open(S3Options options, ObjectKey probeFolder) {
        return open(options, probeFolder, UnaryOperator.identity());
    }

    /**
     * For tests.
     *
     * @param wire wraps each HTTP client
     */
    static S3Store open(
            S3Options options, ObjectKey probeFolder, UnaryOperator<SdkHttpClient> wire) {
        return open(options, probeFolder, wire, PROBE_PAUSE);
    }

    /**
     * For tests.
     *
     * @param wire wraps each HTTP client
     * @param probePause time between two probes for unclear capabilities
     */
    static S3Store open(
            S3Options options,
            ObjectKey probeFolder,
            UnaryOperator<SdkHttpClient> wire,
            Duration probePause) {
        Spool spool = spool(options);
        S3Clients clients = new S3Clients(options.settings(), wire);
        try {
            Bucket bucket = new Bucket(options, clients);
            S3Capabilities capabilities = CapabilityProbe.run(bucket, probeFolder);
            return new S3Store(bucket, capabilities, spool, probeFolder, probePause);
        } catch (RuntimeException | Error e) {
            clients.close();
            throw e;
        }
    }

    /**
     * For tests: without a probe.
     *
     * @param wire wraps each HTTP client
     */
    static S3Store open(
            S3Options options, S3Capabilities known, UnaryOperator<SdkHttpClient> wire) {
        return open(options, known, wire, System::nanoTime);
    }

    /**
     * For tests: without a probe.
     *
     * @param wire wraps each HTTP client
     * @param nanos the clock of the sentinel, as {@link System#nanoTime}
     */
    static S3Store open(
            S3Options options,
            S3Capabilities known,
            UnaryOperator<SdkHttpClient> wire,
            LongSupplier nanos) {
        Bucket bucket = new Bucket(options, new S3Clients(options.settings(), wire), nanos);
        return new S3Store(bucket, known, spool(options), ObjectKey.of("probe"), PROBE_PAUSE);
    }

    private static Spool spool(S3Options options) {
        return new Spool(options.settings().spoolFolder(), options.spoolBytes());
    }

    private S3Store(
            Bucket bucket,
            S3Capabilities capabilities,
            Spool spool,
            ObjectKey probeFolder,
            Duration probePause) {
        this.bucket = bucket;
        this.capabilities = capabilities;
        this.spool = spool;
        this.probeFolder = probeFolder;
        conditional = new ConditionalWrites(bucket, this::capabilities);
        deletes = new BatchDeletes(bucket, this::capabilities, conditional);
        listings = new Listings(bucket, this::capabilities);
        deferred = new DeferredDeletes(deletes::delete);
        staging =
                new StagingArea(
                        bucket, spool, listings, deletes, deferred, tails, this::comparesSha256);
        presignedUrls =
                bucket.options().redirects()
                        ? Optional.of(new S3PresignedUrls(bucket))
                        : Optional.empty();
        probing = Thread.ofVirtual().name("s3-probe").unstarted(() -> probeAgain(probePause));
        if (!capabilities.unclear().isEmpty()) {
            probing.start();
        }
    }

    /** The current capabilities, which change while some are unclear. */
    public S3Capabilities capabilities() {
        return capabilities;
    }

    private boolean comparesSha256() {
        return capabilities.has(Ability.SHA256)
                && bucket.settings().writes().checksum() != Checksums.NEVER;
    }

    private void probeAgain(Duration pause) {
        while (!capabilities.unclear().isEmpty()) {
            try {
                Thread.sleep(pause);
                capabilities = CapabilityProbe.rerun(bucket, probeFolder, capabilities);
            } catch (InterruptedException e) {
                return; // the store is closed
            } catch (S3SetupException e) {
                log.error("the bucket cannot be used: {}", e.getMessage());
            } catch (RuntimeException e) {
                log.warn("the capability probe failed; it will be repeated", e);
            }
        }
    }

    @Override
    public void guardBy(ObjectKey sentinel, byte[] content) {
        bucket.sentinel().set(sentinel, content);
    }

    @Override
    public void verify() {
        if (bucket.sentinel().isSet()) {
            bucket.sentinel().require();
        } else {
            var _ = list(new ListRequest("", null, true, 1));
        }
    }

    @Override
    public boolean isRemote() {
        return true;
    }

    @Override
    public ObjectInfo head(ObjectKey key) {
        return bucket.head(key);
    }

    @Override
    public byte[] read(ObjectKey key, int limit) {
        return get(key, limit).bytes();
    }

    @Override
    public ObjectContent get(ObjectKey key, int limit) {
        Content found = bucket.read(key, limit);
        return new ObjectContent(found.bytes(), found.version(), found.modified());
    }

    @Override
    public InputStream open(ObjectKey key, ByteRange range) {
        return bucket.open(key, range);
    }

    @Override
    public void put(ObjectKey key, byte[] content, Condition condition, Durability durability) {
        conditional.put(key, content, condition);
    }

    @Override
    public void delete(ObjectKey key, Condition condition) {
        conditional.delete(key, condition);
    }

    @Override
    public void deleteAll(Collection<ObjectKey> keys) {
        deletes.delete(keys);
    }

    @Override
    public void forget(Collection<ObjectKey> keys) {
        deferred.add(keys);
    }

    /** For tests: waits until all objects of earlier calls of {@link #forget} are deleted. */
    void awaitForgotten() {
        deferred.await();
    }

    @Override
    public Listing list(ListRequest request) {
        return listings.list(request);
    }

    @Override
    public ObjectWriter write(ObjectKey key) {
        return new S3Writer(bucket, spool, key, comparesSha256());
    }

    @Override
    public StagedObject stage(ObjectKey key) {
        return staging.stage(key);
    }

    @Override
    public StagedObject resume(ObjectKey key, @Nullable String state) {
        return staging.resume(key, state);
    }

    @Override
    public void dropUnfinished(String prefix, Instant before) {
        listings.abortUploads(prefix, before);
    }

    @Override
    public Optional<PresignedUrls> presignedUrls() {
        return presignedUrls;
    }

    /**
     * Deletes the objects of earlier calls of {@link #forget}, and closes connections and files.
     */
    @Override
    public void close() {
        probing.interrupt();
        deferred.close();
        tails.close();
        bucket.clients().close();
    }
}
