package io.berth.object.disk;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.berth.object.ObjectKey;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Contents of small files that are read again and again, such as links of tags. Each is believed as
 * long as one stat says that the file is the one that was read: so a change by any process is seen
 * at once, and open, size, read and close are saved. Safe for several threads.
 *
 * <p>A file is kept only if it was settled when it was read ({@link FileState#isSettled}), for a
 * change right after the reading might not show. What does not show either is a change by someone
 * who sets the file's time to what it was, and writes as many bytes into the same inode.
 *
 * <p>Memory: as much as the constructor is told, and 4 KiB.
 */
final class SmallFileCache {

    /** Bytes of the largest that is kept. */
    static final int LARGEST = 1024;

    /** What an entry takes besides the characters of its key and the bytes of the file, about. */
    private static final int OVERHEAD = 400;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Content(FileState state, byte[] bytes) {}

    private final SystemCalls calls;
    private final Cache<ObjectKey, Content> kept;
    private final boolean keeps;

    /**
     * Hashes of keys that were read once. To keep a file takes two more looks at it, which pays off
     * only where it is read several times; many are read just once, in a row. A hash that is lost
     * to another one or to another thread costs one more reading.
     */
    private final int[] readOnce = new int[1024];

    /**
     * @param bytes of memory for all; 0: none is kept
     */
    SmallFileCache(SystemCalls calls, long bytes) {
        this.calls = calls;
        this.keeps = bytes > 0;
        this.kept =
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
     * The content of a file, which the caller may change.
     *
     * @param file of the key
     * @return {@code null} when there are more than {@code limit} bytes
     */
    byte @Nullable [] read(ObjectKey key, Path file, int limit) throws IOException {
        if (!keeps || limit > LARGEST) {
            return SmallFile.read(file, limit);
        }
        Content known = kept.getIfPresent(key);
        if (known == null && isFirst(key)) {
            return SmallFile.read(file, limit);
        }
        FileState before = FileState.of(calls.attributes(file));
        if (known != null && known.state().equals(before)) {
            return known.bytes().length > limit ? null : known.bytes().clone();
        }
        byte[] content = SmallFile.read(file, limit);
        if (content != null
                && before.identity() != null
                && before.isSettled()
                && before.equals(FileState.of(calls.attributes(file)))) {
            kept.put(key, new Content(before, content.clone()));
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

    /** Memory taken by what is kept, about. */
    long keptBytes() {
        kept.cleanUp();
        return kept.policy().eviction().orElseThrow().weightedSize().orElseThrow();
    }
}
