package io.berth.object.disk;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.berth.object.ObjectKey;
import io.berth.object.disk.file.FileState;
import io.berth.object.disk.file.SmallFile;
import io.berth.object.disk.file.SystemCalls;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Caches the contents of small files that are read again and again, such as links of tags. An entry
 * is valid as long as one stat shows the state that the file had when it was read: a change by any
 * process is seen at once, and open, size, read and close are saved. Safe for several threads.
 *
 * <p>A file is cached only if it was settled when it was read ({@link FileState#isSettled}), as a
 * change right after the reading might not show. A writer that overwrites a file in place with as
 * many bytes and restores its time of modification is not noticed.
 *
 * <p>Memory: as much as the constructor is given, and 4 KiB.
 */
final class SmallFileCache {

    /** Bytes of the largest file that is cached. */
    static final int LARGEST = 1024;

    /** Bytes of an entry besides the characters of its key and the bytes of the file; estimated. */
    private static final int OVERHEAD = 400;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Content(FileState state, byte[] bytes) {}

    private final SystemCalls calls;
    private final Cache<ObjectKey, Content> cache;
    private final boolean enabled;

    /**
     * Hashes of keys that were read once. To cache a file takes two stats, which pays off only
     * where it is read several times; many are read just once, in a row. A hash that is overwritten
     * by another key or thread costs one more reading.
     */
    private final int[] readOnce = new int[1024];

    /**
     * @param bytes of memory for all entries; 0: no file is cached
     */
    SmallFileCache(SystemCalls calls, long bytes) {
        this.calls = calls;
        this.enabled = bytes > 0;
        this.cache =
                Caffeine.newBuilder()
                        .maximumWeight(bytes)
                        .weigher(SmallFileCache::weight)
                        .executor(Runnable::run)
                        .build();
    }

    private static int weight(ObjectKey key, Content content) {
        return OVERHEAD + key.value().length() + content.bytes().length;
    }

    /**
     * The content of a file, in an array of the caller's own.
     *
     * @param file of the key
     * @return {@code null} when it has more than {@code limit} bytes
     */
    byte @Nullable [] read(ObjectKey key, Path file, int limit) throws IOException {
        if (!enabled || limit > LARGEST) {
            return SmallFile.read(file, limit);
        }
        Content known = cache.getIfPresent(key);
        if (known == null && isFirst(key)) {
            return SmallFile.read(file, limit);
        }
        BasicFileAttributes attributes = calls.attributes(file);
        SmallFile.requireRegular(file, attributes);
        FileState before = FileState.of(attributes);
        if (known != null && known.state().equals(before)) {
            return known.bytes().length > limit ? null : known.bytes().clone();
        }
        byte[] content = SmallFile.readRegular(file, limit);
        if (content != null
                && before.identity() != null
                && before.isSettled()
                && before.equals(FileState.of(calls.attributes(file)))) {
            cache.put(key, new Content(before, content.clone()));
        }
        return content;
    }

    private boolean isFirst(ObjectKey key) {
        int hash = key.hashCode();
        int slot = Math.floorMod(hash, readOnce.length);
        if (readOnce[slot] == hash) {
            return false;
        }
        readOnce[slot] = hash;
        return true;
    }

    /** Estimated bytes of all entries. */
    long cachedBytes() {
        cache.cleanUp();
        return cache.policy().eviction().orElseThrow().weightedSize().orElseThrow();
    }
}
