package io.berth.object.memory;

import io.berth.name.Digest;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.StagedObject;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** A handle on staged bytes; what it adds is kept at once. */
final class MemoryStaged implements StagedObject {

    private final MemoryStore store;
    private final ObjectKey key;
    private @Nullable GrowingBytes bytes;

    MemoryStaged(MemoryStore store, ObjectKey key, GrowingBytes bytes) {
        this.store = store;
        this.key = key;
        this.bytes = bytes;
    }

    @Override
    public long size() {
        return open().size();
    }

    @Override
    public void append(byte[] buffer, int offset, int length) {
        open().write(buffer, offset, length);
    }

    /** Does nothing: appended bytes are kept at once. */
    @Override
    public void keep() {
        open();
    }

    @Override
    public String state() {
        return Long.toString(size());
    }

    @Override
    public void truncate(long size) {
        open().truncate(Math.toIntExact(size));
    }

    @Override
    public InputStream read() {
        return open().stream();
    }

    @Override
    public void publish(ObjectKey target, Durability durability, @Nullable Digest digest) {
        byte[] content = open().toByteArray();
        if (!store.unstage(key)) {
            throw new NotFound(key);
        }
        store.replace(target, content);
        bytes = null;
    }

    @Override
    public void discard() {
        store.unstage(key);
        bytes = null;
    }

    @Override
    public void close() {
        bytes = null;
    }

    private GrowingBytes open() {
        if (bytes == null) {
            throw new IllegalStateException("the handle is finished: " + key);
        }
        return bytes;
    }
}
