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
import io.berth.object.PresignedLinks;
import io.berth.object.StagedObject;
import io.berth.object.Version;
import io.berth.object.s3.Bucket.Content;
import io.berth.object.s3.S3Capabilities.Ability;
import io.berth.object.s3.S3Options.Checksums;
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
 * Objects in a bucket of Amazon S3 or of a server that speaks its protocol: the key is the object's
 * name behind the root directory, so any registry that keeps the same keys can use the same bucket.
 * The server survives a loss of power or it does not; {@link Durability} has no meaning here.
 *
 * <p><b>Conditions</b> hold between all replicas where the server checks them, which is tried out
 * when the store is opened ({@link #capabilities}). Where it does not, the store looks first and
 * then writes: two who do so in the same instant may both succeed. What could not be found out is
 * tried again every half minute; until then the store looks first and sends the condition as well.
 *
 * <p><b>The sentinel</b> is read when something is to be called absent and it was not seen for 2 s,
 * or something is to be written and it was not seen for 15 s. A 404 without a request id, as a
 * proxy gives, is not believed: the object is asked for once more, by a GET.
 *
 * <p>A {@link Version} is an ETag. Most servers make it of the bytes, so that two writes of equal
 * bytes have the same; on no server of ours does it depend on the time.
 *
 * <p><b>Lost answers.</b> A write under a condition whose answer is lost is looked up before it is
 * repeated; a write without one is just repeated. {@code OutcomeUnknown} is what remains unclear
 * then. Times: a request that moves few bytes gets 15 s for each of three attempts, a transfer a
 * minute and a second for each 256 KiB.
 *
 * <p><b>Memory.</b> A writer or a handle takes up to 256 KiB of the heap for each part that is
 * being filled or sent, four at the most, and a file in the spool folder for each that is larger.
 * All of them together take {@link S3Options#spoolHeapBytes} of the heap at the most; beyond that
 * each part is a file. Staged bytes that wait for their next handle count, too, and take up to 256
 * MiB of files in all.
 *
 * <p>A key and the root directory have 1024 characters at the most together. Keys in the bucket
 * that cannot be our own are not seen.
 */
public final class S3Store implements ObjectStore, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(S3Store.class);

    /** From one attempt to find out what is unclear to the next. */
    private static final Duration LEARNING = Duration.ofSeconds(30);

    private final Bucket bucket;
    private final ObjectKey probes;
    private volatile S3Capabilities capabilities;
    private final ConditionalWrites conditional;
    private final Deletes deletes;
    private final Listings listings;
    private final ForgetQueue forgotten;
    private final Spool spool;
    private final LocalRuns runs = new LocalRuns();
    private final StagingArea staging;
    private final Optional<PresignedLinks> links;
    private final Thread learning;

    /**
     * Connects to the bucket and tries out what its server can do, with some twenty requests under
     * keys that are removed again.
     *
     * @param probes below which these keys are; nothing else is kept there
     * @throws S3SetupException when the bucket cannot be used, saying why
     * @throws UncheckedIOException when files cannot be written in the spool folder; its message
     *     says where
     */
    public static S3Store open(S3Options options, ObjectKey probes) {
        return open(options, probes, UnaryOperator.identity());
    }

    /**
     * @param wire what is put between the SDK and the network, to look at requests or to lose them
     */
    static S3Store open(S3Options options, ObjectKey probes, UnaryOperator<SdkHttpClient> wire) {
        return open(options, probes, wire, LEARNING);
    }

    /**
     * @param learning from one attempt to find out what is unclear to the next
     */
    static S3Store open(
            S3Options options,
            ObjectKey probes,
            UnaryOperator<SdkHttpClient> wire,
            Duration learning) {
        Spool spool = spool(options);
        Clients clients = new Clients(options, wire);
        try {
            Bucket bucket = new Bucket(options, clients);
            S3Capabilities capabilities = Probe.run(bucket, probes);
            return new S3Store(bucket, capabilities, spool, probes, learning);
        } catch (RuntimeException | Error e) {
            clients.close();
            throw e;
        }
    }

    /**
     * As if the server had been tried out.
     *
     * @param wire what is put between the SDK and the network
     */
    static S3Store open(
            S3Options options, S3Capabilities known, UnaryOperator<SdkHttpClient> wire) {
        return open(options, known, wire, System::nanoTime);
    }

    /**
     * @param nanos the time by which the sentinel is trusted, as of {@link System#nanoTime}
     */
    static S3Store open(
            S3Options options,
            S3Capabilities known,
            UnaryOperator<SdkHttpClient> wire,
            LongSupplier nanos) {
        Bucket bucket = new Bucket(options, new Clients(options, wire), nanos);
        return new S3Store(bucket, known, spool(options), ObjectKey.of("probe"), LEARNING);
    }

    private static Spool spool(S3Options options) {
        return new Spool(options.spoolFolder(), options.spoolHeapBytes());
    }

    private S3Store(
            Bucket bucket,
            S3Capabilities capabilities,
            Spool spool,
            ObjectKey probes,
            Duration pause) {
        this.bucket = bucket;
        this.capabilities = capabilities;
        this.spool = spool;
        this.probes = probes;
        conditional = new ConditionalWrites(bucket, this::capabilities);
        deletes = new Deletes(bucket, this::capabilities, conditional);
        listings = new Listings(bucket);
        forgotten = new ForgetQueue(deletes::all);
        staging =
                new StagingArea(
                        bucket, spool, listings, deletes, forgotten, runs, this::comparesSha256);
        links = bucket.options().redirects() ? Optional.of(new Links(bucket)) : Optional.empty();
        learning = Thread.ofVirtual().name("s3-probe").unstarted(() -> learn(pause));
        if (!capabilities.unclear().isEmpty()) {
            learning.start();
        }
    }

    /** What the server was seen to do by now; what is unclear is tried again until it is not. */
    public S3Capabilities capabilities() {
        return capabilities;
    }

    private boolean comparesSha256() {
        return capabilities.has(Ability.SHA256) && bucket.options().checksums() != Checksums.NEVER;
    }

    private void learn(Duration pause) {
        while (!capabilities.unclear().isEmpty()) {
            try {
                Thread.sleep(pause);
                capabilities = Probe.again(bucket, probes, capabilities);
            } catch (InterruptedException e) {
                return; // closed
            } catch (S3SetupException e) {
                log.error("the bucket cannot do what the registry needs: {}", e.getMessage());
            } catch (RuntimeException e) {
                log.warn("what the server can do could not be found out, and is tried again", e);
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
        return new ObjectContent(found.bytes(), new Version(found.etag()));
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
        deletes.all(keys);
    }

    @Override
    public void forget(Collection<ObjectKey> keys) {
        forgotten.add(keys);
    }

    /** Until what was to be forgotten before is gone. */
    void awaitForgotten() {
        forgotten.await();
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
    public Optional<PresignedLinks> presignedLinks() {
        return links;
    }

    /** Removes what was to be forgotten and lets go of connections and files. */
    @Override
    public void close() {
        learning.interrupt();
        forgotten.close();
        runs.close();
        bucket.clients().close();
    }
}
