package io.berth.object.memory;

import io.berth.name.ByteRange;
import io.berth.object.Condition;
import io.berth.object.Condition.Always;
import io.berth.object.Condition.IfAbsent;
import io.berth.object.Condition.IfVersion;
import io.berth.object.Durability;
import io.berth.object.ListRequest;
import io.berth.object.Listing;
import io.berth.object.ObjectInfo;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.ObjectStoreException.PreconditionFailed;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.ObjectWriter;
import io.berth.object.StagedObject;
import io.berth.object.StoredBytes;
import io.berth.object.Version;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Objects in the heap. Nothing survives the process, so {@link Durability} has no meaning here. An
 * object is at most 2 GiB; a writer and staged bytes take as much memory as they hold, and for a
 * moment twice that when they are published.
 */
public final class MemoryStore implements ObjectStore {

    private record Entry(StoredBytes stored, Instant modified) {}

    private final ConcurrentNavigableMap<String, Entry> objects = new ConcurrentSkipListMap<>();
    private final Map<ObjectKey, GrowingBytes> staged = new ConcurrentHashMap<>();
    private final AtomicLong versions = new AtomicLong();

    @Override
    public ObjectInfo head(ObjectKey key) {
        Entry entry = find(key);
        return new ObjectInfo(entry.stored().bytes().length, entry.modified());
    }

    @Override
    public StoredBytes read(ObjectKey key, int limit) {
        StoredBytes stored = find(key).stored();
        if (stored.bytes().length > limit) {
            throw new Unavailable(key.value(), "longer than " + limit + " bytes", null);
        }
        return new StoredBytes(stored.bytes().clone(), stored.version());
    }

    @Override
    public InputStream open(ObjectKey key, ByteRange range) {
        byte[] bytes = find(key).stored().bytes();
        if (range.last() >= bytes.length) {
            throw new Unavailable(key.value(), "shorter than the range asked for", null);
        }
        return new ByteArrayInputStream(
                bytes, Math.toIntExact(range.first()), Math.toIntExact(range.length()));
    }

    @Override
    public Version put(ObjectKey key, byte[] content, Condition condition, Durability durability) {
        Entry written = entry(content.clone());
        boolean holds =
                switch (condition) {
                    case Always() -> {
                        objects.put(key.value(), written);
                        yield true;
                    }
                    case IfAbsent() -> objects.putIfAbsent(key.value(), written) == null;
                    case IfVersion(Version version) -> {
                        Entry old = objects.get(key.value());
                        yield old != null
                                && old.stored().version().equals(version)
                                && objects.replace(key.value(), old, written);
                    }
                };
        if (!holds) {
            throw new PreconditionFailed(key);
        }
        return written.stored().version();
    }

    @Override
    public void delete(ObjectKey key, Condition condition) {
        boolean holds =
                switch (condition) {
                    case Always() -> {
                        objects.remove(key.value());
                        yield true;
                    }
                    case IfAbsent() -> !objects.containsKey(key.value());
                    case IfVersion(Version version) -> {
                        Entry old = objects.get(key.value());
                        yield old != null
                                && old.stored().version().equals(version)
                                && objects.remove(key.value(), old);
                    }
                };
        if (!holds) {
            throw new PreconditionFailed(key);
        }
    }

    @Override
    public void deleteAll(Collection<ObjectKey> keys) {
        keys.forEach(key -> objects.remove(key.value()));
    }

    @Override
    public Listing list(ListRequest request) {
        List<String> entries = new ArrayList<>();
        String key = first(request);
        while (key != null && key.startsWith(request.prefix())) {
            int slash = request.foldFolders() ? key.indexOf('/', request.prefix().length()) : -1;
            String entry = slash < 0 ? key : key.substring(0, slash + 1);
            // A folder sorts as itself: asked for what follows a key inside it, it is behind us.
            if (request.startAfter() == null || entry.compareTo(request.startAfter()) > 0) {
                if (entries.size() == request.limit()) {
                    return new Listing(entries, true);
                }
                entries.add(entry);
            }
            // '0' follows '/': the first text behind everything in the folder.
            key =
                    slash < 0
                            ? objects.higherKey(key)
                            : objects.ceilingKey(key.substring(0, slash) + '0');
        }
        return new Listing(entries, false);
    }

    private @Nullable String first(ListRequest request) {
        String after = request.startAfter();
        return after == null || after.compareTo(request.prefix()) < 0
                ? objects.ceilingKey(request.prefix())
                : objects.higherKey(after);
    }

    @Override
    public ObjectWriter write(ObjectKey key) {
        return new MemoryWriter(this, key);
    }

    @Override
    public StagedObject stage(ObjectKey key) {
        GrowingBytes bytes = new GrowingBytes();
        staged.put(key, bytes);
        return new MemoryStaged(this, key, bytes);
    }

    @Override
    public StagedObject resume(ObjectKey key) {
        GrowingBytes bytes = staged.get(key);
        if (bytes == null) {
            throw new NotFound(key);
        }
        return new MemoryStaged(this, key, bytes);
    }

    /** Whether there was something to drop. */
    boolean unstage(ObjectKey key) {
        return staged.remove(key) != null;
    }

    /**
     * @param content not used by the caller any more
     */
    void replace(ObjectKey key, byte[] content) {
        objects.put(key.value(), entry(content));
    }

    private Entry entry(byte[] content) {
        Version version = new Version(Long.toString(versions.incrementAndGet()));
        return new Entry(new StoredBytes(content, version), Instant.now());
    }

    private Entry find(ObjectKey key) {
        Entry entry = objects.get(key.value());
        if (entry == null) {
            throw new NotFound(key);
        }
        return entry;
    }
}
