package io.berth.server.connection;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Limits how many connections or requests each client has at the same time. Keeps state only for
 * clients that have one. Safe for use by many threads.
 */
public final class PerClientLimit {

    private final ConcurrentMap<String, Integer> counts = new ConcurrentHashMap<>();
    private final int limit;

    /**
     * @param limit of each client
     */
    public PerClientLimit(int limit) {
        this.limit = limit;
    }

    /**
     * Counts one more for a client unless it has as many as allowed. After {@code true}, {@link
     * #release} must follow.
     */
    public boolean tryAcquire(String client) {
        boolean[] acquired = {false};
        counts.compute(
                client,
                (key, count) -> {
                    int before = count == null ? 0 : count;
                    acquired[0] = before < limit;
                    return acquired[0] ? Integer.valueOf(before + 1) : count;
                });
        return acquired[0];
    }

    /** Whether a client has at most half of the limit; an estimate. */
    boolean isHalfFree(String client) {
        Integer count = counts.get(client);
        return count == null || count <= limit / 2;
    }

    /** Counts one less. */
    public void release(String client) {
        counts.computeIfPresent(client, (key, count) -> count == 1 ? null : count - 1);
    }
}
