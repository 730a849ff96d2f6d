package io.berth.server.connection;

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
 * HTTP/1.1 within {@link ConnectionLimits}. Counts requests and files that are being sent, for a
 * graceful stop: for Tomcat, a request has ended while the poller still sends its file. Tomcat
 * creates this class by its name.
 */
public final class BoundedHttpProtocol extends Http11NioProtocol {

    /** Connections that the kernel queues until they are accepted: for bursts of clients. */
    private static final int BACKLOG = 1024;

    private static final long MAKE_ROOM_MILLIS = 250;

    private static final Logger log = LoggerFactory.getLogger(BoundedHttpProtocol.class);

    private final ScheduledExecutorService slowClients =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("slow-clients").factory());

    private @Nullable RequestExecutor requestExecutor;
    private @Nullable Adapter replacement;

    /** Called by Tomcat; {@link #limit} must follow. */
    public BoundedHttpProtocol() {
        super(new BoundedEndpoint());
    }

    /** Sets the limits; to be called before the start, and after {@link #encrypt}. */
    public void limit(ConnectionLimits limits, int platformThreads) {
        boolean tls = isSSLEnabled();
        requestExecutor = new RequestExecutor(platformThreads, limits.requests());
        ((BoundedEndpoint) getEndpoint())
                .limit(limits, new PooledBuffers.Pool(platformThreads, tls), requestExecutor);
        getEndpoint()
                .setHandler(new HeaderHandler(getEndpoint().getHandler(), limits, requestExecutor));
        setExecutor(requestExecutor);
        setMaxConnections(limits.connections());
        setAcceptCount(BACKLOG);
        setMaxHttpRequestHeaderSize(ConnectionLimits.MAX_HEADER_BYTES);
        setMaxHeaderCount(ConnectionLimits.MAX_HEADER_FIELDS);
        // The response to a request whose body is not read closes the connection.
        setMaxSwallowSize(0);
        setMaxKeepAliveRequests(-1);
        setConnectionTimeout((int) limits.headerTime().toMillis());
        setKeepAliveTimeout((int) limits.idle().toMillis());
        setDisableUploadTimeout(false);
        setConnectionUploadTimeout((int) limits.stall().toMillis());
        // Keep one request state of Tomcat for each platform thread, and no buffers of closed
        // connections.
        setProcessorCache(platformThreads);
        setProperty("socket.bufferPool", "0");
    }

    /**
     * Has all connections use TLS; to be called before the start.
     *
     * @param verified whether certificates that clients show are verified; only then are they among
     *     the attributes of a request
     */
    public void encrypt(boolean verified) {
        setSSLEnabled(true);
        ((BoundedEndpoint) getEndpoint()).verifyClients(verified);
        getEndpoint().addNegotiatedProtocol("http/1.1");
        setUseSendfile(false); // the poller would encrypt the files, one after the other
        setSniParseLimit(PooledBuffers.RECORD_BYTES); // more does not fit into a buffer
    }

    /**
     * Sets the adapter that answers requests, in place of Tomcat's own; to be called before the
     * start.
     */
    public void serve(Adapter requests) {
        replacement = requests;
        setAdapter(requests);
    }

    @Override
    public void setAdapter(Adapter tomcats) {
        super.setAdapter(replacement == null ? tomcats : replacement);
    }

    @Override
    protected Processor createProcessor() {
        return new HostProcessor(this, getAdapter());
    }

    /** Number of requests that run, without files that are being sent. */
    public int runningRequests() {
        return ((BoundedEndpoint) getEndpoint()).runningRequests();
    }

    /** Number of files that are being sent. */
    public int filesBeingSent() {
        return ((BoundedEndpoint) getEndpoint()).filesBeingSent();
    }

    @Override
    public void start() throws Exception {
        super.start();
        var _ =
                slowClients.scheduleWithFixedDelay(
                        this::makeRoom, MAKE_ROOM_MILLIS, MAKE_ROOM_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Throws nothing, as an exception would end the schedule. */
    private void makeRoom() {
        try {
            BoundedEndpoint connections = (BoundedEndpoint) getEndpoint();
            int waiting = requestExecutor == null ? 0 : requestExecutor.waitingCount();
            if (waiting > 0) {
                connections.endSlowest(waiting);
            }
            connections.closeSlowSendfiles();
            connections.makeRoom();
        } catch (RuntimeException e) {
            log.error(
                    "cannot close connections of slow clients to make room for others; the next attempt is in 250 ms",
                    e);
        }
    }

    @Override
    public void destroy() throws Exception {
        slowClients.shutdownNow();
        super.destroy();
        if (requestExecutor != null) {
            requestExecutor.close();
        }
    }
}
