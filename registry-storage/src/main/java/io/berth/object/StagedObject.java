package io.berth.object;

import io.berth.name.Digest;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A handle on staged bytes, which grow over several requests until they become an object or are
 * discarded. For one thread.
 *
 * <p>The caller ensures that only one handle is open on a key. If another replica opens a second
 * one nevertheless, the bytes that each of them adds may be kept or lost, but different contents
 * always have a different {@link #state}.
 */
public interface StagedObject extends AutoCloseable {

    /** Number of bytes, including those that are not kept yet. */
    long size();

    /** Adds bytes at the end; the caller may reuse the array as soon as this returns. */
    void append(byte[] buffer, int offset, int length);

    /**
     * Makes all bytes available to {@link ObjectStore#resume}, even after a crash of this process.
     * Bytes that are appended after the last call may be lost with the handle.
     *
     * @throws ObjectStoreException.BytesLost as {@link #publish}
     */
    void keep();

    /**
     * Identifies the content after {@link #keep}: two states of one key are equal only if the bytes
     * are equal. Letters, digits and {@code . _ - ~}; the length grows with the number of calls of
     * {@link #keep}.
     */
    String state();

    /**
     * Drops the bytes from {@code size} on.
     *
     * @param size not less than {@link #size()} was when the handle was opened
     */
    void truncate(long size);

    /** All bytes from the start; the caller closes the stream before it uses the handle again. */
    InputStream read();

    /**
     * Makes the bytes the object {@code target}, and replaces an existing one. Afterwards the
     * handle can only be discarded or closed. A store that copies the bytes keeps the staged ones
     * until the handle is discarded, so that another replica can repeat a commit that did not
     * finish; on other stores the staged bytes no longer exist. After {@code Unavailable} the call
     * can be repeated.
     *
     * @param content the digest of all bytes, computed by the caller; {@code null} when it is not
     *     known
     * @throws ObjectStoreException.NotFound when the staged bytes were removed meanwhile
     * @throws ObjectStoreException.BytesLost when the bytes can never be made durable: they are
     *     removed, and the handle is finished
     */
    void publish(ObjectKey target, Durability durability, @Nullable Digest content);

    /**
     * Removes the bytes, at once, or soon if they were published. The handle is then finished.
     * Succeeds when the bytes do not exist any more.
     */
    void discard();

    /**
     * Finishes the handle and keeps the staged bytes. Does nothing on a finished handle.
     *
     * @throws ObjectStoreException.BytesLost as {@link #publish}
     */
    @Override
    void close();
}
