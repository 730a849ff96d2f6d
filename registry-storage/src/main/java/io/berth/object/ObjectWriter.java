package io.berth.object;

import io.berth.name.Digest;
import org.jspecify.annotations.Nullable;

/** Writes a new object of unknown length. For one thread. */
public interface ObjectWriter extends AutoCloseable {

    /** Adds bytes; the caller may reuse the array as soon as this returns. */
    void write(byte[] buffer, int offset, int length);

    /**
     * Makes the object visible under its key, and replaces an existing one. Nothing can be written
     * afterwards.
     *
     * @param content the digest of all bytes, computed by the caller, which a store may compare
     *     with the bytes that arrived; {@code null} when it is not known
     */
    void publish(Durability durability, @Nullable Digest content);

    /** Drops the bytes, unless {@link #publish} has succeeded. Does not throw. */
    @Override
    void close();
}
