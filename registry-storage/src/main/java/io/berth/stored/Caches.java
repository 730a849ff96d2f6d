package io.berth.stored;

import com.github.benmanes.caffeine.cache.Caffeine;

/** How caches are made here. */
final class Caches {

    private Caches() {}

    /**
     * A builder of caches that keep house in the thread that uses them. To wake another one for
     * that, as is the default, costs a small push a tenth of all it costs.
     */
    static Caffeine<Object, Object> builder() {
        return Caffeine.newBuilder().executor(Runnable::run);
    }
}
