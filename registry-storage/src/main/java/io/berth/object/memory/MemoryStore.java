package io.berth.object.memory;

import io.berth.name.ByteRange;
import io.berth.object.Condition;
import io.berth.object.Condition.Always;
import io.berth.object.Condition.IfAbsent;
import io.berth.object.Condition.IfContent;
import io.berth.object.Condition.IfUnchanged;
import io.berth.object.Durability;
import io.berth.object.ListRequest;
import io.berth.object.Listing;
import io.berth.object.ObjectContent;
import io.berth.object.ObjectInfo;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.ObjectStoreException.PreconditionFailed;
import io.berth.object.ObjectStoreException.TooLong;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.ObjectWriter;
import io.berth.object.StagedObject;
import io.berth.object.Version;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Objects in the heap. Nothing survives the process, so {@link Durability} has no meaning here. An
 * object is at most 2 GiB. A writer and staged bytes take as much memory as they have bytes, and
 * twice that for a moment when they are published. Safe for use by many threads.
 */
public final class MemoryStore implements ObjectStore {

    private static final AtomicLong WRITES = new AtomicLong();

    /** An object, or staged bytes. Compared by identity. */
    private static final class Entry {
        private final byte[] bytes;
        private final @Nullable GrowingBytes staged;
        private final Instant modified = Instant.now();
        private final long number = WRITES.incrementAndGet();

        private Entry(byte[] bytes, @Nullable GrowingBytes staged) {
            this.bytes = bytes;
            this.staged = staged;
        }
    }

    /** The object that {@link #guardBy} has set. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Sentinel(ObjectKey key, byte[] content) {}

    private final ConcurrentNavigableMap<String, Entry> entries = new ConcurrentSkipListMap<>();
    private final boolean remote;
    private volatile @Nullable Sentinel sentinel;

    /** A store that is not remote. */
    public MemoryStore() {
        this(false);
    }

    /**
     * @param remote the result of {@link #isRemote}, so that tests can use it in place of a remote
     *     store
     */
    public MemoryStore(boolean remote) {
        this.remote = remote;
    }

    @Override
    public boolean isRemote() {
        return remote;
    }

    @Override
    public void guardBy(ObjectKey sentinel, byte[] content) {
        this.sentinel = new Sentinel(sentinel, content);
    }

    @Override
    public void verify() {
        Sentinel expected = sentinel;
        if (expected != null && holding(expected.key(), expected.content()) == null) {
            throw new Unavailable(expected.key().value(), "the sentinel is missing", null);
        }
    }

    private NotFound absent(ObjectKey key) {
        verify();
        return new NotFound(key);
    }

    @Override
    public ObjectInfo head(ObjectKey key) {
        return info(find(key));
    }

    private static ObjectInfo info(Entry entry) {
        return new ObjectInfo(entry.bytes.length, entry.modified, version(entry));
    }

    @Override
    public byte[] read(ObjectKey key, int limit) {
        return get(key, limit).bytes();
    }

    @Override
    public ObjectContent get(ObjectKey key, int limit) {
        Entry entry = find(key);
        if (entry.bytes.length > limit) {
            throw new TooLong(key, entry.bytes.length);
        }
        return new ObjectContent(entry.bytes.clone(), version(entry), entry.modified);
    }

    private static Version version(Entry entry) {
        return new Version(Long.toString(entry.number));
    }

    @Override
    public InputStream open(ObjectKey key, ByteRange range) {
        byte[] bytes = find(key).bytes;
        if (range.last() >= bytes.length) {
            throw new Unavailable(
                    key.value(), "the object is shorter than the requested range", null);
        }
        return new ByteArrayInputStream(
                bytes, Math.toIntExact(range.first()), Math.toIntExact(range.length()));
    }

    @Override
    public void put(ObjectKey key, byte[] content, Condition condition, Durability durability) {
        verify();
        Entry written = new Entry(content.clone(), null);
        boolean holds =
                switch (condition) {
                    case Always() -> {
                        entries.put(key.value(), written);
                        yield true;
                    }
                    case IfAbsent() -> entries.putIfAbsent(key.value(), written) == null;
                    case IfContent(byte[] expected) -> {
                        Entry old = holding(key, expected);
                        yield old != null && entries.replace(key.value(), old, written);
                    }
                    case IfUnchanged(Version version) -> {
                        Entry old = unchanged(key, version);
                        yield old != null && entries.replace(key.value(), old, written);
                    }
                };
        if (!holds) {
            throw new PreconditionFailed(key);
        }
    }

    @Override
    public void delete(ObjectKey key, Condition condition) {
        verify();
        boolean holds =
                switch (condition) {
                    case Always() -> {
                        entries.remove(key.value());
                        yield true;
                    }
                    case IfAbsent() -> !entries.containsKey(key.value());
                    case IfContent(byte[] expected) -> {
                        Entry old = holding(key, expected);
                        yield old != null && entries.remove(key.value(), old);
                    }
                    case IfUnchanged(Version version) -> {
                        Entry old = unchanged(key, version);
                        yield old != null && entries.remove(key.value(), old);
                    }
                };
        if (!holds) {
            throw new PreconditionFailed(key);
        }
    }

    private @Nullable Entry holding(ObjectKey key, byte[] expected) {
        Entry entry = entries.get(key.value());
        return entry != null && Arrays.equals(entry.bytes, expected) ? entry : null;
    }

    private @Nullable Entry unchanged(ObjectKey key, Version version) {
        Entry entry = entries.get(key.value());
        return entry != null && version(entry).equals(version) ? entry : null;
    }

    @Override
    public void deleteAll(Collection<ObjectKey> keys) {
        verify();
        keys.forEach(key -> entries.remove(key.value()));
    }

    @Override
    public void forget(Collection<ObjectKey> keys) {
        try {
            deleteAll(keys);
        } catch (Unavailable e) {
            // The objects stay, as the contract allows.
        }
    }

    @Override
    public Listing list(ListRequest request) {
        List<Listing.Entry> listed = new ArrayList<>();
        String key = first(request);
        while (key != null && key.startsWith(request.prefix())) {
            int slash = request.foldFolders() ? key.indexOf('/', request.prefix().length()) : -1;
            String entry = slash < 0 ? key : key.substring(0, slash + 1);
            // A folder entry sorts as its own text: after a startAfter inside the folder it is not
            // listed.
            if (request.startAfter() == null || entry.compareTo(request.startAfter()) > 0) {
                if (listed.size() == request.limit()) {
                    return new Listing(listed, true);
                }
                if (slash >= 0 || !request.info()) {
                    listed.add(new Listing.Entry(entry, null));
                } else {
                    Entry object = entries.get(key);
                    if (object != null) { // not removed meanwhile
                        listed.add(new Listing.Entry(entry, info(object)));
                    }
                }
            }
            // '0' follows '/': the first text behind everything in the folder.
            key =
                    slash < 0
                            ? entries.higherKey(key)
                            : entries.ceilingKey(key.substring(0, slash) + '0');
        }
        if (listed.isEmpty()) {
            verify();
        }
        return new Listing(listed, false);
    }

    private @Nullable String first(ListRequest request) {
        String after = request.startAfter();
        return after == null || after.compareTo(request.prefix()) < 0
                ? entries.ceilingKey(request.prefix())
                : entries.higherKey(after);
    }

    @Override
    public ObjectWriter write(ObjectKey key) {
        verify();
        return new MemoryWriter(this, key);
    }

    @Override
    public StagedObject stage(ObjectKey key) {
        verify();
        GrowingBytes bytes = new GrowingBytes();
        entries.put(key.value(), new Entry(new byte[0], bytes));
        return new MemoryStaged(this, key, bytes);
    }

    @Override
    public StagedObject resume(ObjectKey key, @Nullable String state) {
        Entry entry = entries.get(key.value());
        if (entry == null || entry.staged == null) {
            throw absent(key);
        }
        return new MemoryStaged(this, key, entry.staged);
    }

    /** Does nothing: the garbage collector removes writers that are not closed. */
    @Override
    public void dropUnfinished(String prefix, Instant before) {}

    /** Removes staged bytes; whether there were any. */
    boolean unstage(ObjectKey key) {
        return entries.remove(key.value()) != null;
    }

    /**
     * @param content not copied; the caller must not use it any more
     */
    void replace(ObjectKey key, byte[] content) {
        verify();
        entries.put(key.value(), new Entry(content, null));
    }

    private Entry find(ObjectKey key) {
        Entry entry = entries.get(key.value());
        if (entry == null || entry.staged != null) {
            throw absent(key);
        }
        return entry;
    }
}
