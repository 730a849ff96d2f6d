package io.berth.object.memory;

import io.berth.name.Digest;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectWriter;
import org.jspecify.annotations.Nullable;

/** Collects the bytes of an object in memory. For one thread. */
final class MemoryWriter implements ObjectWriter {

    private final MemoryStore store;
    private final ObjectKey key;
    private @Nullable GrowingBytes bytes = new GrowingBytes();

    MemoryWriter(MemoryStore store, ObjectKey key) {
        this.store = store;
        this.key = key;
    }

    @Override
    public void write(byte[] buffer, int offset, int length) {
        open().write(buffer, offset, length);
    }

    @Override
    public void publish(Durability durability, @Nullable Digest content) {
        store.replace(key, open().toByteArray());
        bytes = null;
    }

    @Override
    public void close() {
        bytes = null;
    }

    private GrowingBytes open() {
        if (bytes == null) {
            throw new IllegalStateException("the writer is finished: " + key);
        }
        return bytes;
    }
}
