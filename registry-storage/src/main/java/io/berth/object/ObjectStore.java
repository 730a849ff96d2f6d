package io.berth.object;

import io.berth.name.ByteRange;
import java.io.InputStream;
import java.util.Collection;
import java.util.Optional;

/**
 * A place that keeps objects: bytes under keys. Safe for use by many threads.
 *
 * <p>Reads see every write that has returned, on every replica. Writing an object is all or
 * nothing: a reader sees the old bytes, the new bytes, or no object, never a part. Every method may
 * throw {@link ObjectStoreException}; where only {@code NotFound} or {@code PreconditionFailed} is
 * named, {@code Unavailable} and, for writes, {@code OutcomeUnknown} are possible besides. After
 * {@code OutcomeUnknown} the write may or may not have happened.
 *
 * <p>Keys form a tree: who writes {@code a/b} never writes {@code a}. What a store makes of both is
 * not defined.
 *
 * <p>Only the code that owns the layout of a tree may call this: keys are built in one place.
 */
public interface ObjectStore {

    /**
     * Whether an object is there, and how large.
     *
     * @throws ObjectStoreException.NotFound when there is no such object
     */
    ObjectInfo head(ObjectKey key);

    /**
     * A small object, whole, in one request.
     *
     * @param limit bytes; a longer object is answered as {@code Unavailable}, for reading it whole
     *     would be wrong
     * @throws ObjectStoreException.NotFound when there is no such object
     */
    StoredBytes read(ObjectKey key, int limit);

    /**
     * Part of an object as a stream, which gives exactly the range or throws, and which the caller
     * closes; closing early does not read the rest.
     *
     * @param range inside the object; beyond it, this throws {@code Unavailable} or reading fails
     * @throws ObjectStoreException.NotFound when there is no such object
     */
    InputStream open(ObjectKey key, ByteRange range);

    /**
     * Writes a small object in one request.
     *
     * @return the version now stored, good for {@link Condition.IfVersion}
     * @throws ObjectStoreException.PreconditionFailed when the condition does not hold; nothing is
     *     written
     */
    Version put(ObjectKey key, byte[] content, Condition condition, Durability durability);

    /**
     * Removes an object if the condition holds. Removing what is not there is success unless the
     * condition asks for a version.
     *
     * @throws ObjectStoreException.PreconditionFailed when it is not the version asked for, or is
     *     not there
     */
    void delete(ObjectKey key, Condition condition);

    /**
     * Removes objects, in no order and as few requests as the store can; those that are not there
     * count as removed. When it throws, some of them may be gone: a retry is harmless.
     */
    void deleteAll(Collection<ObjectKey> keys);

    /**
     * One page of keys in the order of their bytes. Objects written or removed while pages are read
     * may or may not be seen.
     */
    Listing list(ListRequest request);

    /**
     * Begins a new object of unknown length under its final key. Nothing is visible before {@link
     * ObjectWriter#publish}; closed without it, nothing remains. Memory per writer is bounded by
     * the store and stated there.
     */
    ObjectWriter write(ObjectKey key);

    /**
     * Begins bytes that several requests, also of several replicas, add to, under a key where
     * nothing is kept yet. They are not an object: whether reads and listings show them is up to
     * the store, so nobody asks for a staged key but through {@link #resume}.
     */
    StagedObject stage(ObjectKey key);

    /**
     * Takes up staged bytes, none included.
     *
     * @throws ObjectStoreException.NotFound when nothing is staged there
     */
    StagedObject resume(ObjectKey key);

    /** What this store can do besides. */
    default Optional<LocalFiles> localFiles() {
        return Optional.empty();
    }
}
