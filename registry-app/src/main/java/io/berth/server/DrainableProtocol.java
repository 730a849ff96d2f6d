package io.berth.server;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.coyote.Adapter;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP/1.1 within {@link ConnectionLimits}, that can tell whether files are still on their way to
 * clients: the handler of such a request has returned long before, and the server counts it as
 * done. Made by Tomcat, by name.
 */
public final class DrainableProtocol extends Http11NioProtocol {

    /** Connections that the kernel holds until they are taken: bursts of clients. */
    private static final int BACKLOG = 1024;

    private static final long MAKE_ROOM_MILLIS = 250;

    private static final Logger log = LoggerFactory.getLogger(DrainableProtocol.class);

    private final ScheduledExecutorService slowClients =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("slow-clients").factory());

    private @Nullable Workers workers;
    private @Nullable Adapter replacing;

    public DrainableProtocol() {
        super(new Connections());
    }

    /** Before it is started. */
    void limit(ConnectionLimits limits, int platformThreads) {
        workers = new Workers(platformThreads, limits.requests());
        ((Connections) getEndpoint()).limit(limits, new LentBuffers.Pool(platformThreads), workers);
        getEndpoint().setHandler(new HeaderGate(getEndpoint().getHandler(), limits, workers));
        setExecutor(workers);
        setMaxConnections(limits.connections());
        setAcceptCount(BACKLOG);
        setMaxHttpRequestHeaderSize(ConnectionLimits.MAX_HEADER_BYTES);
        setMaxHeaderCount(ConnectionLimits.MAX_HEADER_FIELDS);
        // An answer to a request whose body is not read says that the connection ends.
        setMaxSwallowSize(0);
        setMaxKeepAliveRequests(-1);
        setConnectionTimeout((int) limits.headerTime().toMillis());
        setKeepAliveTimeout((int) limits.idle().toMillis());
        setDisableUploadTimeout(false);
        setConnectionUploadTimeout((int) limits.stall().toMillis());
        // A request's state for each thread that is kept, and none of closed connections.
        setProcessorCache(platformThreads);
        setProperty("socket.bufferPool", "0");
    }

    /** Before it is started: what answers requests, in place of what Tomcat makes for it. */
    void serve(Adapter requests) {
        replacing = requests;
        setAdapter(requests);
    }

    @Override
    public void setAdapter(Adapter made) {
        super.setAdapter(replacing == null ? made : replacing);
    }

    @Override
    protected Processor createProcessor() {
        return new HostProcessor(this, getAdapter());
    }

    /** Requests that are worked on; files that are sent do not count. */
    int requestsUnderWay() {
        return ((Connections) getEndpoint()).working();
    }

    /** Files that clients are being sent. */
    int filesUnderWay() {
        return ((Connections) getEndpoint()).sending();
    }

    @Override
    public void start() throws Exception {
        super.start();
        var _ =
                slowClients.scheduleWithFixedDelay(
                        this::makeRoom, MAKE_ROOM_MILLIS, MAKE_ROOM_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Whatever happens, it is done again: anything thrown would be the end of it. */
    private void makeRoom() {
        try {
            Connections connections = (Connections) getEndpoint();
            int waiting = workers == null ? 0 : workers.waiting();
            if (waiting > 0) {
                connections.endSlowest(waiting);
            }
            connections.closeTooSlowSenders();
            connections.makeRoom();
        } catch (RuntimeException e) {
            log.error("no room could be made for clients that wait, which is tried again", e);
        }
    }

    @Override
    public void destroy() throws Exception {
        slowClients.shutdownNow();
        super.destroy();
        if (workers != null) {
            workers.close();
        }
    }
}
