package io.berth.object;

import io.berth.name.ByteRange;
import java.io.InputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
     * Whether a request takes a round trip over a network. If so, many requests side by side take
     * as long as one, and a listing is cheaper than a look at each key; if not, a look is over
     * sooner than another thread has begun.
     */
    boolean isRemote();

    /**
     * Whether an object is there, how large, and in which version.
     *
     * @throws ObjectStoreException.NotFound when there is no such object
     */
    ObjectInfo head(ObjectKey key);

    /**
     * A small object, whole, in one request.
     *
     * @param limit bytes
     * @throws ObjectStoreException.NotFound when there is no such object
     * @throws ObjectStoreException.TooLong when it has more bytes
     */
    byte[] read(ObjectKey key, int limit);

    /**
     * The same, with the version that {@link Condition#ifUnchanged} takes.
     *
     * @throws ObjectStoreException.NotFound when there is no such object
     */
    ObjectContent get(ObjectKey key, int limit);

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
     * @param content not changed by the caller before this returns
     * @throws ObjectStoreException.PreconditionFailed when the condition does not hold; nothing is
     *     written
     */
    void put(ObjectKey key, byte[] content, Condition condition, Durability durability);

    /**
     * Removes an object if the condition holds. Removing what is not there is success unless the
     * condition asks for a content or a version.
     *
     * @throws ObjectStoreException.PreconditionFailed when it is not what was asked for, or is not
     *     there
     */
    void delete(ObjectKey key, Condition condition);

    /**
     * Removes objects, in no order and as few requests as the store can; those that are not there
     * count as removed. When it throws, some of them may be gone: a retry is harmless.
     */
    void deleteAll(Collection<ObjectKey> keys);

    /**
     * Removes objects that will not be written or needed again: now or soon, perhaps in one request
     * with those of other calls. Never throws; what a failure or a crash leaves is garbage, which
     * the caller removes at another time.
     */
    void forget(Collection<ObjectKey> keys);

    /**
     * One page of keys in the order of their bytes. Objects written or removed while pages are read
     * may or may not be seen. Where the request asks for the info of objects, each is of a write
     * that was the last one of its object at some time while the page was made; its version is the
     * one that {@link #head} and {@link #get} give as long as the object is not written again.
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
     * nothing is kept yet. They are not an object: reading their key is undefined, and they are
     * used only through {@link #resume}. Once there are any, listings show one or more entries at
     * or below the key, and removing all of these removes the bytes.
     */
    StagedObject stage(ObjectKey key);

    /**
     * Takes up staged bytes.
     *
     * @param state what {@link StagedObject#state} said when they were last kept, which may save a
     *     request; a wrong or missing one is as good, an old one may bring back what was held then
     * @throws ObjectStoreException.NotFound when nothing is staged there; where a state was
     *     believed, perhaps not before the bytes are read or published
     */
    StagedObject resume(ObjectKey key, @Nullable String state);

    /**
     * Drops what writers left behind that were begun before a time and never came to an end. Those
     * that are still at work lose their bytes, so the time must be long ago.
     *
     * @param prefix of the keys that were to be written, as in a {@link ListRequest}: what others
     *     write in the same place is none of our business
     */
    void dropUnfinished(String prefix, Instant before);

    /**
     * Names the sentinel: an object that is there as long as this is the store that was opened.
     * From now on nothing is called absent, and nothing is written or removed, while the sentinel
     * is missing or holds other bytes; {@code Unavailable} is thrown instead. So a folder that was
     * moved away, an empty mount in its place, or a bucket that was deleted never looks like a
     * registry without content. What is found is answered without a look at the sentinel.
     *
     * <p>A store across a network may rely for some seconds on having seen it; each store says how
     * long. {@link #forget} removes nothing without the sentinel.
     *
     * @param content not changed by the caller any more; at most 1024 bytes
     */
    void guardBy(ObjectKey sentinel, byte[] content);

    /**
     * Asks, in one request, whether the store answers and, where a sentinel was named, whether it
     * is there.
     *
     * @throws ObjectStoreException.Unavailable when not
     */
    void verify();

    /** Where the objects are files of this machine. */
    default Optional<LocalFiles> localFiles() {
        return Optional.empty();
    }

    /** Where clients may fetch objects themselves. */
    default Optional<PresignedUrls> presignedUrls() {
        return Optional.empty();
    }
}
