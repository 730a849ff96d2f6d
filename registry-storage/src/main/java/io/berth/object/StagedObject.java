package io.berth.object;

import java.io.InputStream;

/**
 * Bytes that grow over several requests until they become an object or are dropped. For one thread;
 * the caller makes sure that only one handle is open on a key.
 */
public interface StagedObject extends AutoCloseable {

    /** Bytes held. */
    long size();

    /** Adds bytes at the end; the array may be used again as soon as this returns. */
    void append(byte[] buffer, int offset, int length);

    /**
     * Drops the bytes from {@code size} on.
     *
     * @param size not below what {@link #size()} was when the handle was opened
     */
    void truncate(long size);

    /** All bytes from the start; the caller closes the stream before it goes on. */
    InputStream read();

    /**
     * Makes the bytes the object {@code target}, replacing one that is there; durable as asked. The
     * staged bytes are gone afterwards, and the handle is finished. After {@code Unavailable} it
     * can be tried again.
     *
     * @throws ObjectStoreException.NotFound when someone dropped the staged bytes meanwhile
     */
    void publish(ObjectKey target, Durability durability);

    /** Drops the bytes; the handle is finished. Succeeds when they are gone already. */
    void discard();

    /** Keeps the bytes for {@link ObjectStore#resume}. Does nothing on a finished handle. */
    @Override
    void close();
}
