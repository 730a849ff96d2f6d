package io.berth.server;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * How many of something each client has at the moment, and no more than a limit. Takes memory for
 * clients that have any. Safe for use by many threads.
 */
final class PerClient {

    private final ConcurrentMap<String, Integer> counts = new ConcurrentHashMap<>();
    private final int limit;

    PerClient(int limit) {
        this.limit = limit;
    }

    /** Counts one more unless the client has as many as it may; then {@link #leave} must follow. */
    boolean enter(String client) {
        boolean[] entered = {false};
        counts.compute(
                client,
                (key, count) -> {
                    int before = count == null ? 0 : count;
                    entered[0] = before < limit;
                    return entered[0] ? Integer.valueOf(before + 1) : count;
                });
        return entered[0];
    }

    /** Whether a client has no more than half of what it may have; an estimate. */
    boolean isHalfFree(String client) {
        Integer count = counts.get(client);
        return count == null || count <= limit / 2;
    }

    void leave(String client) {
        counts.computeIfPresent(client, (key, count) -> count == 1 ? null : count - 1);
    }
}
