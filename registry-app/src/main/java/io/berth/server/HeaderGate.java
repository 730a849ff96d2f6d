package io.berth.server;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.coyote.Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.NioEndpoint.SendfileData;
import org.apache.tomcat.util.net.SendfileKeepAliveState;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a request through to Tomcat when its header is whole. Until then it holds neither a thread
 * nor Tomcat's state of a request, which is large, but only the bytes that have come, and those for
 * a limited time. After the request it closes the connection so that the client sees its answer.
 * Safe for use by many threads; one at a time works on a connection.
 */
final class HeaderGate implements Handler<NioChannel> {

    private static final Logger log = LoggerFactory.getLogger(HeaderGate.class);

    /** Of the body of a refused request, read so that the client receives the answer. */
    private static final int MOST_LINGERED_BYTES = 1024 * 1024;

    private static final long LINGER_MILLIS = 2_000;

    /** A probe that is answered while all other requests wait may not wait for its client. */
    private static final Duration PROBE_WRITE = Duration.ofSeconds(1);

    private final Handler<NioChannel> tomcat;
    private final ConnectionLimits limits;
    private final Workers workers;

    /** Bytes of all headers that are not complete. */
    private final AtomicLong keptBytes = new AtomicLong();

    /** Requests whose header began together with the end of the one before: Tomcat holds these. */
    private final AtomicInteger halfParsed = new AtomicInteger();

    HeaderGate(Handler<NioChannel> tomcat, ConnectionLimits limits, Workers workers) {
        this.tomcat = tomcat;
        this.limits = limits;
        this.workers = workers;
    }

    @Override
    public SocketState process(SocketWrapperBase<NioChannel> any, SocketEvent event) {
        if (!(any instanceof NioSocketWrapper wrapper)
                || !(wrapper.getSocket() instanceof Connection connection)
                || event != SocketEvent.OPEN_READ) {
            return tomcat.process(any, event);
        }
        if (wrapper.getSendfileData() != null) {
            return SocketState.SENDFILE; // What has come is looked at when the file has been sent.
        }
        try {
            if (connection.isLingering()) {
                return linger(wrapper, connection);
            }
            if (wrapper.getCurrentProcessor() != null) {
                return goOnParsing(wrapper, connection);
            }
            if (!connection.isHeaderComplete() && !read(wrapper, connection)) {
                return waitForMore(wrapper, connection);
            }
            return serveOrWait(wrapper, connection);
        } catch (IOException e) {
            log.debug("a connection ended before its request", e);
            return SocketState.CLOSED;
        } catch (VirtualMachineError e) {
            // Tomcat would neither close the connection nor look at it again.
            log.error("a connection is closed, as its request failed", e);
            return SocketState.CLOSED;
        }
    }

    /**
     * @return whether Tomcat can decide: the header is complete, too large, or none
     * @throws IOException when the client has gone
     */
    private boolean read(NioSocketWrapper wrapper, Connection connection) throws IOException {
        LentBuffers buffers = connection.buffers();
        while (true) {
            ByteBuffer buffer = buffers.toFill();
            int count = connection.readNow(buffer);
            wrapper.updateLastRead();
            if (count <= 0) {
                buffers.giveBack();
                if (count < 0) {
                    throw new IOException("the client ended the connection");
                }
                return false;
            }
            int before = buffers.keptBytes();
            ByteBuffer all = before == 0 ? buffer : ByteBuffer.wrap(buffers.keep());
            int length = before + count;
            if (findEnd(connection, all, length, before)) {
                return true;
            }
            if (before == 0) {
                buffers.keep();
            }
            if (!keep(connection, length)) {
                throw new IOException("no memory is left for headers that are not complete");
            }
        }
    }

    private boolean findEnd(Connection connection, ByteBuffer bytes, int length, int from) {
        if (HeaderEnd.isNoRequest(bytes, length)) {
            // Tomcat refuses it at once. A client that tried TLS first goes on without it then.
            connection.headerComplete(false);
            return true;
        }
        int end = HeaderEnd.find(bytes, length, Math.max(from - 3, 0));
        if (end < 0 && length <= ConnectionLimits.MAX_HEADER_BYTES) {
            return false;
        }
        connection.headerComplete(end < 0 || end > ConnectionLimits.MAX_HEADER_BYTES);
        return true;
    }

    /** Counts what a connection keeps; false when all together keep too much. */
    private boolean keep(Connection connection, int bytes) {
        int more = connection.countBytes(bytes);
        return keptBytes.addAndGet(more) <= limits.keptHeaderBytes() || more <= 0;
    }

    /** Until the time for the whole header is over. */
    private SocketState waitForMore(NioSocketWrapper wrapper, Connection connection) {
        if (connection.buffers().keptBytes() > 0) {
            long left = millisLeft(connection);
            if (left <= 0) {
                return SocketState.CLOSED;
            }
            wrapper.setReadTimeout(left);
        }
        wrapper.registerReadInterest();
        return SocketState.LONG;
    }

    private long millisLeft(Connection connection) {
        return limits.headerTime().minusNanos(connection.headerAge()).toMillis();
    }

    private SocketState goOnParsing(NioSocketWrapper wrapper, Connection connection)
            throws IOException {
        if (millisLeft(connection) <= 0) {
            return SocketState.CLOSED;
        }
        return serveOrWait(wrapper, connection);
    }

    /**
     * Where as many requests are under way as may be, only probes are served; others wait until one
     * has ended.
     */
    private SocketState serveOrWait(NioSocketWrapper wrapper, Connection connection)
            throws IOException {
        if (Workers.isBeyondAll()) {
            if (wrapper.getCurrentProcessor() == null
                    && Glance.isProbe(connection.buffers().peek())
                    && workers.beginProbe()) {
                try {
                    return serve(wrapper, connection, PROBE_WRITE);
                } finally {
                    workers.endProbe();
                }
            }
            keepHeader(connection);
            workers.whenOneIsFree(again(wrapper, connection));
            return SocketState.LONG;
        }
        if (hasBody(connection.buffers()) && !connection.beginBody()) {
            keepHeader(connection);
            connection.whenABodyMayBegin(again(wrapper, connection));
            return SocketState.LONG;
        }
        return serve(wrapper, connection, limits.stall());
    }

    /** Copies a header only where it can be that of a write. */
    private static boolean hasBody(LentBuffers buffers) {
        return buffers.first() == 'P' && Glance.hasBody(buffers.peek());
    }

    /** Keeps a complete header in no more room than it takes, for as long as it has to wait. */
    private void keepHeader(Connection connection) throws IOException {
        LentBuffers buffers = connection.buffers();
        buffers.unReadReadBuffer(ByteBuffer.allocate(0));
        if (!keep(connection, buffers.keptBytes())) {
            throw new IOException("no memory is left for headers of requests that wait");
        }
    }

    /** As if the request had come just now. */
    private Runnable again(NioSocketWrapper wrapper, Connection connection) {
        return () -> {
            connection.endpoint().processSocket(wrapper, SocketEvent.OPEN_READ, false);
            if (wrapper.isClosed()) {
                connection.endBody();
            }
        };
    }

    private SocketState serve(NioSocketWrapper wrapper, Connection connection, Duration write) {
        keep(connection, 0);
        halfParsed.addAndGet(connection.countHalfParsed(false));
        wrapper.setWriteTimeout(write.toMillis());
        SocketState state =
                connection.serving(
                        mayGoOn(connection), () -> tomcat.process(wrapper, SocketEvent.OPEN_READ));
        connection.headerServed();
        connection.endBody();
        return switch (state) {
            case SENDFILE -> sendWithoutRequest(wrapper, connection);
            case LONG -> halfParsed(wrapper, connection);
            case OPEN -> connection.endpoint().makeRoomOrGiveWay() ? SocketState.CLOSED : state;
            case CLOSED -> connection.lingersAtEnd() ? beginLingering(wrapper, connection) : state;
            default -> state;
        };
    }

    /**
     * Whether a connection may be looked at for its next request before that has come past this
     * gate. Not where much is under way: then those that have nothing to do are to wait here, where
     * they can be closed at once to have room for others.
     */
    private boolean mayGoOn(Connection connection) {
        return !Workers.isBeyondAll()
                && connection.endpoint().areHalfFree(connection)
                && workers.isHalfFree()
                && halfParsed.get() <= limits.halfParsed() / 2;
    }

    /**
     * Tomcat would hold the whole request until the next one, but the poller sends the file without
     * it. What of the next requests has come is kept as bytes. The poller may have sent all of the
     * file by now, and closed the connection, too.
     */
    private SocketState sendWithoutRequest(NioSocketWrapper wrapper, Connection connection) {
        // Taken, so that the poller cannot hand it to another connection while it is looked at.
        if (wrapper.takeCurrentProcessor() instanceof Processor processor) {
            ByteBuffer left = processor.getLeftoverInput();
            connection.buffers().unReadReadBuffer(left == null ? ByteBuffer.allocate(0) : left);
            wrapper.setCurrentProcessor(processor);
            tomcat.release(wrapper);
        }
        wrapper.setReadTimeout(limits.idle().toMillis());
        byte[] next = connection.buffers().kept();
        SendfileData sending = wrapper.getSendfileData();
        boolean last = sending != null && sending.keepAliveState == SendfileKeepAliveState.NONE;
        if (next.length == 0 || last || wrapper.isClosed()) {
            return SocketState.SENDFILE;
        }
        if (!keep(connection, next.length)) {
            log.debug("requests that wait for a file to be sent take all the room for headers");
            return SocketState.CLOSED;
        }
        findEnd(connection, ByteBuffer.wrap(next), next.length, 0);
        if (sending != null) {
            sending.keepAliveState = SendfileKeepAliveState.PIPELINED;
        }
        VarHandle.fullFence(); // The poller looks at these two the other way round.
        if (wrapper.getSendfileData() == null) {
            // Sent already, and the poller waits for bytes that have come.
            connection.endpoint().processSocket(wrapper, SocketEvent.OPEN_READ, true);
        }
        return SocketState.SENDFILE;
    }

    private SocketState halfParsed(NioSocketWrapper wrapper, Connection connection) {
        wrapper.setReadTimeout(Math.max(millisLeft(connection), 1));
        int all = halfParsed.addAndGet(connection.countHalfParsed(true));
        return all > limits.halfParsed() ? SocketState.CLOSED : SocketState.LONG;
    }

    private SocketState beginLingering(NioSocketWrapper wrapper, Connection connection) {
        try {
            connection.beginLingering(LINGER_MILLIS);
            return linger(wrapper, connection);
        } catch (IOException e) {
            log.debug("a client did not wait for the end of its connection", e);
            return SocketState.CLOSED;
        }
    }

    private static SocketState linger(NioSocketWrapper wrapper, Connection connection)
            throws IOException {
        long left = connection.linger(MOST_LINGERED_BYTES);
        if (left == 0) {
            return SocketState.CLOSED;
        }
        wrapper.updateLastRead();
        wrapper.setReadTimeout(left);
        wrapper.registerReadInterest();
        return SocketState.LONG;
    }

    @Override
    public void release(SocketWrapperBase<NioChannel> wrapper) {
        if (wrapper.getSocket() instanceof Connection connection) {
            connection.endpoint().forget(connection);
            keep(connection, 0);
            halfParsed.addAndGet(connection.countHalfParsed(false));
            connection.endBody();
        }
        tomcat.release(wrapper);
    }

    @Override
    public Object getGlobal() {
        return tomcat.getGlobal();
    }

    @Override
    public void pause() {
        tomcat.pause();
    }

    @Override
    public void recycle() {
        tomcat.recycle();
    }
}
