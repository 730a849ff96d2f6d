package io.berth.server.connection;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The limits of connections and requests, of all clients and of each.
 *
 * @param connections open connections; beyond, those that have been idle for longest are closed
 * @param requests requests that run at the same time; beyond, requests wait
 * @param connectionsPerClient open connections of one address
 * @param requestsPerClient requests of one address; more are refused with 429
 * @param keptHeaderBytes bytes of all headers that are incomplete or whose request waits; beyond,
 *     the connections with the largest headers of the address that holds most bytes are closed
 * @param halfParsed connections that have sent an incomplete header together with the end of the
 *     request before it, which costs as much as a request
 * @param headerTime time for a whole header, from its first byte
 * @param idle how long a connection is kept for a next request
 * @param stall time that the server may wait for a client, in sum, until the client has transferred
 *     {@code stallBytes}
 * @param stallBytes bytes that must be transferred in that time; 0: a single byte
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

    /** All headers of a request together; the largest tokens are near 16 KiB. */
    static final int MAX_HEADER_BYTES = 32 * 1024;

    /** Header fields of a request; clients and the proxies before them send a few dozen. */
    public static final int MAX_HEADER_FIELDS = 100;

    private static final int MIN_STORE_REQUESTS = 32;
    private static final int MAX_DISK_REQUESTS = 96;

    /**
     * The number of carrier threads of virtual threads; the JVM creates them on demand, by default
     * as many as processors.
     */
    private static final String CARRIER_THREADS = "jdk.virtualThreadScheduler.parallelism";

    /** Open files for a connection: itself, and the file that is sent or written. */
    private static final int FILES_PER_CONNECTION = 2;

    /** Open files for everything else: jars, pollers, the listener, folders that are read. */
    private static final int OTHER_FILES = 128;

    /** Heap that an idle connection takes with all of Tomcat's objects; measured: 1.7 KiB. */
    static final int IDLE_BYTES = 4 * 1024;

    /**
     * Heap that a request takes while it waits for its client: Tomcat's buffers and objects, the
     * stack of a virtual thread, and what the registry holds for it. Measured: 64 to 81 KiB for an
     * upload, 68 for a manifest, 96 for several ranges of a blob.
     */
    static final int REQUEST_BYTES = 96 * 1024;

    /**
     * Heap that an idle connection takes with TLS, with the keys and the state of the encryption in
     * the JDK. Measured: 7 KiB, and 12.5 KiB in the middle of a handshake.
     */
    static final int IDLE_TLS_BYTES = 16 * 1024;

    /**
     * As {@link #REQUEST_BYTES}, with larger buffers, and for large blobs as well, which the kernel
     * cannot send. Measured: 122 KiB for an upload, 173 KiB for a download.
     */
    static final int REQUEST_TLS_BYTES = 192 * 1024;

    /**
     * Derives the limits.
     *
     * @param set a limit of 0 is derived from the heap and the open files
     * @param tls whether connections use TLS
     * @param trustForwarded whether all connections come from the address of a proxy, which names
     *     the client in a header
     * @param bytes of the heap that connections may take, with everything that they hold
     * @param files the limit of open files
     */
    public static ConnectionLimits of(
            LimitSettings set, boolean tls, boolean trustForwarded, long bytes, long files) {
        long fitting = fitting(files);
        int idle = tls ? IDLE_TLS_BYTES : IDLE_BYTES;
        int request = tls ? REQUEST_TLS_BYTES : REQUEST_BYTES;
        int connections = orElse(set.connections(), Math.min(fitting, bytes / 4 / idle));
        int requests = orElse(set.requests(), Math.min(fitting, bytes * 13 / 20 / request));
        // Behind a proxy all connections come from one address.
        int ofOne = trustForwarded ? connections : Math.max(1, connections / 2);
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
     * The limit of requests to the store at the same time. One request of a client may make
     * several. For a local store the limit is lower than the number of carrier threads, as a file
     * system call that hangs holds one.
     */
    public int storeRequests(boolean remote) {
        int half = Math.max(MIN_STORE_REQUESTS, requests / 2);
        return remote ? half : Math.min(half, MAX_DISK_REQUESTS);
    }

    /**
     * Raises the number of carrier threads, so that other virtual threads run while some carriers
     * are held by file system calls that hang. To be called before the process has any virtual
     * thread. A number that the JVM was started with is kept.
     */
    public static void allowForCallsThatHang() {
        int processors = Runtime.getRuntime().availableProcessors();
        if (System.getProperty(CARRIER_THREADS) == null) {
            System.setProperty(
                    CARRIER_THREADS,
                    Integer.toString(MAX_DISK_REQUESTS + Math.max(32, processors)));
        }
    }

    /** Connections for which so many open files are enough. */
    private static long fitting(long files) {
        return Math.max(0, (files - OTHER_FILES) / FILES_PER_CONNECTION);
    }

    /**
     * Advice for the administrator where the limit of open files is too low for the connections.
     *
     * @param files the limit of open files
     * @return a sentence; {@code null} when the limit suffices
     */
    public @Nullable String adviceOnOpenFiles(long files) {
        if (connections <= fitting(files)) {
            return null;
        }
        return ("http.limits.connections allows %d connections, but this process may open only"
                        + " %d files: allow it %d (ulimit -n, or LimitNOFILE= of systemd),"
                        + " or lower http.limits.connections. A connection needs %d files, and %d are for"
                        + " everything else.")
                .formatted(
                        connections,
                        files,
                        (long) FILES_PER_CONNECTION * connections + OTHER_FILES,
                        FILES_PER_CONNECTION,
                        OTHER_FILES);
    }

    private static int orElse(int set, long derived) {
        return set > 0 ? set : Math.clamp(derived, 16, 1_000_000);
    }
}
