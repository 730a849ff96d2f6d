package io.berth.object;

import io.berth.name.ByteRange;
import java.io.InputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps objects: bytes under keys. Safe for use by many threads.
 *
 * <p>Reads see every write that has returned, on every replica. A write is atomic: a reader sees
 * the old bytes, the new bytes, or no object, never a part. Besides the exceptions that a method
 * names, every method may throw {@code Unavailable}, and every write {@code OutcomeUnknown}, after
 * which the write may or may not have happened.
 *
 * <p>Keys form a tree: a caller that writes {@code a/b} never writes {@code a}. The behaviour with
 * both is undefined.
 *
 * <p>Only code that builds keys by the layout of the tree may call this.
 */
public interface ObjectStore {

    /**
     * Whether a request takes a round trip over a network. If so, concurrent requests take as long
     * as one, and a listing is cheaper than a request for each key. If not, a request takes less
     * time than to start a thread for it.
     */
    boolean isRemote();

    /**
     * The size, time and version of an object.
     *
     * @throws ObjectStoreException.NotFound when there is no such object
     */
    ObjectInfo head(ObjectKey key);

    /**
     * Reads a small object in one request.
     *
     * @param limit bytes that are read at most
     * @throws ObjectStoreException.NotFound when there is no such object
     * @throws ObjectStoreException.TooLong when the object has more bytes
     */
    byte[] read(ObjectKey key, int limit);

    /**
     * As {@link #read}, with the version for {@link Condition#ifUnchanged} and the time.
     *
     * @throws ObjectStoreException.NotFound when there is no such object
     * @throws ObjectStoreException.TooLong when the object has more bytes
     */
    ObjectContent get(ObjectKey key, int limit);

    /**
     * Opens a range of an object. The stream gives exactly the range or throws. The caller closes
     * it; closing early does not read the rest.
     *
     * @param range inside the object; for a range beyond its end this throws {@code Unavailable},
     *     or reading fails
     * @throws ObjectStoreException.NotFound when there is no such object
     */
    InputStream open(ObjectKey key, ByteRange range);

    /**
     * Writes a small object in one request.
     *
     * @param content must not change before this returns
     * @throws ObjectStoreException.PreconditionFailed when the condition does not hold; nothing is
     *     written
     */
    void put(ObjectKey key, byte[] content, Condition condition, Durability durability);

    /**
     * Removes an object if the condition holds. Succeeds when there is no such object, unless the
     * condition requires a content or a version.
     *
     * @throws ObjectStoreException.PreconditionFailed when the condition does not hold; nothing is
     *     removed
     */
    void delete(ObjectKey key, Condition condition);

    /**
     * Removes objects, in any order and with as few requests as the store can. Keys without an
     * object are ignored. When this throws, some of the objects may have been removed; a retry is
     * harmless.
     */
    void deleteAll(Collection<ObjectKey> keys);

    /**
     * Removes objects that will not be written or needed again, at once or soon, perhaps in one
     * request with those of other calls. Never throws. Objects that remain after a failure or a
     * crash are garbage, which the caller must be able to find and remove later.
     */
    void forget(Collection<ObjectKey> keys);

    /**
     * Lists one page of keys in the order of their bytes. Objects written or removed while pages
     * are read may or may not be seen. An info, where it is requested, is that of a write that was
     * the object's last one at some time while the page was made. Its version is the one that
     * {@link #head} and {@link #get} return as long as the object is not written again.
     */
    Listing list(ListRequest request);

    /**
     * Begins a new object of unknown length. It is not visible before {@link ObjectWriter#publish};
     * a writer that is closed without that leaves nothing. Each store bounds the memory of a writer
     * and documents the bound.
     */
    ObjectWriter write(ObjectKey key);

    /**
     * Begins staged bytes, which several requests, also of several replicas, add to. Nothing may be
     * stored under the key yet. Staged bytes are no object: the result of reading their key is
     * undefined, and they are accessed only by {@link #resume}. As soon as there are any, listings
     * have one or more entries at or below the key, and removing all of these removes the bytes.
     */
    StagedObject stage(ObjectKey key);

    /**
     * Opens staged bytes again.
     *
     * @param state the {@link StagedObject#state} when they were last kept, which may save a
     *     request; with {@code null} or an invalid state the store looks for the bytes; with an old
     *     state the bytes may be those of that time
     * @throws ObjectStoreException.NotFound when nothing is staged under the key; with a state,
     *     this may be thrown only when the bytes are read or published
     */
    StagedObject resume(ObjectKey key, @Nullable String state);

    /**
     * Removes what unfinished writers have left that were begun before a time. A writer that is
     * still in use loses its bytes, so the time must be long ago.
     *
     * @param prefix of the keys of the writers, as in a {@link ListRequest}: others may write to
     *     the same store below other prefixes
     */
    void dropUnfinished(String prefix, Instant before);

    /**
     * Sets the sentinel: an object that exists as long as this is the store that was opened. From
     * now on, while the sentinel is missing or has other bytes, methods throw {@code Unavailable}
     * instead of reporting an object as absent, and instead of writing or removing. So a folder
     * that was moved away, an empty mount point in its place, or a deleted bucket never looks like
     * a registry without content. Objects that are found are returned without a check of the
     * sentinel.
     *
     * <p>A remote store may reuse the result of a check for some seconds; each store documents how
     * long. {@link #forget} removes nothing while the sentinel is missing.
     *
     * @param content must not change any more; at most 1024 bytes
     */
    void guardBy(ObjectKey sentinel, byte[] content);

    /**
     * Checks, in one request, that the store responds and that the sentinel, if one is set, exists.
     *
     * @throws ObjectStoreException.Unavailable otherwise
     */
    void verify();

    /** The files of the objects; empty where the objects are not files of this machine. */
    default Optional<LocalFiles> localFiles() {
        return Optional.empty();
    }

    /** Presigned URLs for objects; empty where clients cannot read objects from the store. */
    default Optional<PresignedUrls> presignedUrls() {
        return Optional.empty();
    }
}
