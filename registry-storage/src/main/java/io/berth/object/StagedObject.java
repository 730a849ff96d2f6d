package io.berth.object;

import io.berth.name.Digest;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that grow over several requests until they become an object or are dropped. For one thread.
 *
 * <p>The caller makes sure that only one handle is open on a key. Where a second one is opened on
 * another replica all the same, what each of them added may be kept or lost, but {@link #state}
 * always tells one content from another.
 */
public interface StagedObject extends AutoCloseable {

    /** Bytes held. */
    long size();

    /** Adds bytes at the end; the array may be used again as soon as this returns. */
    void append(byte[] buffer, int offset, int length);

    /**
     * Keeps everything for {@link ObjectStore#resume}, whatever becomes of this process. Bytes that
     * were appended after the last call may be lost with the handle.
     *
     * @throws ObjectStoreException.BytesLost as {@link #publish}
     */
    void keep();

    /**
     * Names the content held, once it is kept: two states of one key are equal only if the bytes
     * are. Letters, digits and {@code . _ - ~}; a few characters, or many after many calls of
     * {@link #keep}.
     */
    String state();

    /**
     * Drops the bytes from {@code size} on.
     *
     * @param size not below what {@link #size()} was when the handle was opened
     */
    void truncate(long size);

    /** All bytes from the start; the caller closes the stream before it goes on. */
    InputStream read();

    /**
     * Makes the bytes the object {@code target}, replacing one that is there; durable as asked.
     * Afterwards the handle can only be discarded or closed. A store that copies the bytes has what
     * was kept of them until the handle is discarded, so that what depends on the object can be
     * done again by another replica; elsewhere they are gone at once. After {@code Unavailable} it
     * can be tried again.
     *
     * @param content the digest of all bytes as the caller computed it; {@code null} when it is not
     *     known
     * @throws ObjectStoreException.NotFound when someone dropped the staged bytes meanwhile
     * @throws ObjectStoreException.BytesLost when they cannot be made durable, and never will be:
     *     they are dropped, and the handle is finished
     */
    void publish(ObjectKey target, Durability durability, @Nullable Digest content);

    /**
     * Drops the bytes, now, or soon where they were published; the handle is finished. Succeeds
     * when they are gone already.
     */
    void discard();

    /**
     * Ends the handle, not the staged bytes. Does nothing on a finished handle.
     *
     * @throws ObjectStoreException.BytesLost as {@link #publish}
     */
    @Override
    void close();
}
