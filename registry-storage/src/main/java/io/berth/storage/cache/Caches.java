package io.berth.storage.cache;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Weigher;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import io.berth.object.ObjectKey;
import org.jspecify.annotations.Nullable;

/**
 * How caches are made here, and what their entries take. Clients choose the names in them, so it is
 * bytes and not entries that are bounded.
 *
 * <p>Memory: each cache of what was seen takes some of the {@link #PARTS} into which the memory for
 * that is divided. Losing an entry costs a request to the store, or a hash that is made again.
 */
public final class Caches {

    /** Of the memory for what was seen; the parts of all caches are as many. */
    private static final int PARTS = 16;

    /** What a cache itself takes for an entry. */
    private static final int ENTRY = 176;

    /** An object that refers to some others. */
    public static final int OBJECT = 24;

    /** What a text takes besides its characters. */
    private static final int TEXT = 48;

    private Caches() {}

    /**
     * A builder of caches that keep house in the thread that uses them. To wake another one for
     * that, as is the default, costs a small push a tenth of all it costs.
     */
    public static Caffeine<Object, Object> builder() {
        return Caffeine.newBuilder().executor(Runnable::run);
    }

    /**
     * The same of caches that are bounded by what their entries take.
     *
     * @param weigher bytes of a key and a value, without what the cache takes for an entry
     */
    public static <K, V> Caffeine<K, V> builder(long bytes, Weigher<K, V> weigher) {
        return builder()
                .maximumWeight(bytes)
                .weigher((K key, V value) -> ENTRY + weigher.weigh(key, value));
    }

    /**
     * @param count how many parts
     * @param seenBytes memory for all parts together
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
