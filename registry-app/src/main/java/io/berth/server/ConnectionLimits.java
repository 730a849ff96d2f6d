package io.berth.server;

import io.berth.config.HttpSettings;
import java.time.Duration;

/**
 * What clients may hold of the server, all together and each of them.
 *
 * @param connections open at the same time; where more come, those that have waited longest for
 *     their client are closed
 * @param requests worked on at the same time; where more come, they wait
 * @param connectionsPerClient of one address
 * @param requestsPerClient of one address; more are refused with 429
 * @param keptHeaderBytes of all headers together that are not complete, or whose request waits
 * @param halfParsed connections that have sent the beginning of a header together with the end of a
 *     request before it, which costs as much as a request
 * @param headerTime for a whole header, from its first byte
 * @param idle how long a connection is kept for a next request
 * @param stall how long a client may keep the server waiting, altogether for {@code stallBytes}
 * @param stallBytes the least that must come or be taken in that time; 0: a single byte
 */
public record ConnectionLimits(
        int connections,
        int requests,
        int connectionsPerClient,
        int requestsPerClient,
        long keptHeaderBytes,
        int halfParsed,
        Duration headerTime,
        Duration idle,
        Duration stall,
        long stallBytes) {

    /** All request headers together; tokens of large clients come near 16 KiB. */
    static final int MAX_HEADER_BYTES = 32 * 1024;

    private static final int LEAST_TO_THE_STORE = 32;

    /** Heap that an idle connection takes with all of Tomcat's objects; measured: 1.7 KiB. */
    static final int IDLE_BYTES = 4 * 1024;

    /**
     * Heap that a request takes while it waits for its client: Tomcat's buffers and objects, the
     * stack of a virtual thread, and what the registry holds for it. Measured: 64 to 81 KiB for an
     * upload, 68 for a manifest, 96 for several ranges of a blob.
     */
    static final int REQUEST_BYTES = 96 * 1024;

    /**
     * @param settings where they say 0, the heap decides
     * @param bytes of the heap that connections may take, with everything that they hold
     */
    public static ConnectionLimits of(HttpSettings settings, long bytes) {
        HttpSettings.Limits set = settings.limits();
        int connections = orElse(set.connections(), bytes / 4 / IDLE_BYTES);
        int requests = orElse(set.requests(), bytes * 13 / 20 / REQUEST_BYTES);
        // Behind a proxy all connections come from one address.
        int ofOne = settings.trustForwarded() ? connections : Math.max(1, connections / 2);
        return new ConnectionLimits(
                connections,
                requests,
                orElse(set.connectionsPerClient(), ofOne),
                orElse(set.requestsPerClient(), Math.max(1, requests / 2)),
                bytes / 10,
                Math.max(1, requests / 16),
                set.headerTime().duration(),
                set.idleTime().duration(),
                set.stallTime().duration(),
                set.stallBytes().bytes());
    }

    /**
     * Requests to the store at the same time, of which one request of a client may make several.
     */
    public int askingTheStore() {
        return Math.max(LEAST_TO_THE_STORE, requests / 2);
    }

    private static int orElse(int set, long derived) {
        return set > 0 ? set : Math.clamp(derived, 16, 1_000_000);
    }
}
