package io.berth.object;

import io.berth.name.Digest;
import org.jspecify.annotations.Nullable;

/** A new object on its way in. For one thread. */
public interface ObjectWriter extends AutoCloseable {

    /** Adds bytes; the array may be used again as soon as this returns. */
    void write(byte[] buffer, int offset, int length);

    /**
     * Makes the object visible, replacing one that is there; durable as asked. Nothing can be
     * written afterwards.
     *
     * @param content the digest of all bytes as the caller computed it, so that a store that can
     *     compares it to what has arrived; {@code null} when it is not known
     */
    void publish(Durability durability, @Nullable Digest content);

    /** Without {@link #publish} before, drops everything. Never throws for that. */
    @Override
    void close();
}
