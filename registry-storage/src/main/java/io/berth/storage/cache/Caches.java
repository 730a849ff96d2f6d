package io.berth.storage.cache;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Weigher;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import io.berth.object.ObjectKey;
import org.jspecify.annotations.Nullable;

/**
 * Builds caches, and estimates the memory of their entries in bytes. Clients choose the names in
 * the entries, so caches are bounded by bytes and not by the number of entries.
 *
 * <p>Each cache of what the store was seen to hold takes some of the {@link #PARTS} of the memory
 * for all of these. A lost entry costs a request to the store, or hashing staged bytes again.
 */
public final class Caches {

    /** The sum of the parts of all such caches. */
    private static final int PARTS = 17;

    /** Bytes that a cache takes for an entry besides key and value. */
    private static final int ENTRY = 176;

    /** Bytes of an object with some references. */
    public static final int OBJECT = 24;

    /** Bytes of a text besides its characters. */
    private static final int TEXT = 48;

    private Caches() {}

    /**
     * A builder of caches that do their maintenance in the calling thread. The default, another
     * thread, adds a tenth to the processor time of a small push.
     */
    public static Caffeine<Object, Object> builder() {
        return Caffeine.newBuilder().executor(Runnable::run);
    }

    /**
     * A builder of caches that are bounded by the memory of their entries.
     *
     * @param bytes memory of all entries
     * @param weigher bytes of a key and a value, without those that the cache takes for an entry
     */
    public static <K, V> Caffeine<K, V> builder(long bytes, Weigher<K, V> weigher) {
        return builder()
                .maximumWeight(bytes)
                .weigher((K key, V value) -> ENTRY + weigher.weigh(key, value));
    }

    /**
     * The memory of some parts.
     *
     * @param count number of parts, of {@link #PARTS}
     * @param seenBytes memory of all parts together
     * @return bytes
     */
    public static long parts(int count, long seenBytes) {
        return seenBytes * count / PARTS;
    }

    public static int weight(@Nullable String text) {
        return text == null ? 0 : TEXT + text.length();
    }

    public static int weight(RepositoryName name) {
        return OBJECT + weight(name.value());
    }

    public static int weight(Digest digest) {
        return OBJECT + weight(digest.encoded());
    }

    public static int weight(ObjectKey key) {
        return OBJECT + weight(key.value());
    }

    public static int weight(UploadId id) {
        return 2 * OBJECT;
    }
}
