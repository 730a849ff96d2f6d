package io.berth.server.connection;

import io.berth.server.header.HeaderScanner;
import io.berth.server.header.UnparsedHeader;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
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
 * Hands a request to Tomcat when its header is complete. Until then a connection holds neither a
 * thread nor Tomcat's state of a request, which is large, but only the bytes that have arrived, for
 * a limited time. After a request whose body is not read, closes the connection so that the client
 * receives the answer (lingering close). Safe for use by many threads; one at a time works on a
 * connection.
 */
final class HeaderHandler implements Handler<NioChannel> {

    private static final Logger log = LoggerFactory.getLogger(HeaderHandler.class);

    /** Bytes of the body of a refused request that are discarded in a lingering close. */
    private static final int MAX_LINGERED_BYTES = 1024 * 1024;

    private static final long LINGER_MILLIS = 2_000;

    private final Handler<NioChannel> tomcat;
    private final ConnectionLimits limits;
    private final RequestExecutor executor;

    /**
     * Connections whose incomplete header arrived with the end of the request before: Tomcat holds
     * its bytes.
     */
    private final AtomicInteger halfParsed = new AtomicInteger();

    HeaderHandler(Handler<NioChannel> tomcat, ConnectionLimits limits, RequestExecutor executor) {
        this.tomcat = tomcat;
        this.limits = limits;
        this.executor = executor;
    }

    @Override
    public SocketState process(SocketWrapperBase<NioChannel> any, SocketEvent event) {
        if (event == SocketEvent.CONNECT_FAIL) {
            return SocketState.CLOSED; // a handshake failed, for which Tomcat would need buffers
        }
        if (!(any instanceof NioSocketWrapper wrapper)
                || !(wrapper.getSocket() instanceof ConnectionChannel channel)
                || event != SocketEvent.OPEN_READ) {
            return tomcat.process(any, event);
        }
        Connection connection = channel.connection();
        if (wrapper.getSendfileData() != null) {
            return SocketState
                    .SENDFILE; // bytes that have arrived are handled when the file has been sent
        }
        try {
            Lingering lingering = connection.lingering();
            if (lingering != null) {
                return linger(wrapper, lingering);
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
            // Tomcat would neither close the connection nor handle it again.
            log.error("a connection is closed, as its request failed", e);
            return SocketState.CLOSED;
        }
    }

    /**
     * Reads the bytes of a header that have arrived.
     *
     * @return whether Tomcat can take over: the header is complete, too large, or not HTTP
     * @throws IOException when the client has closed the connection
     */
    private boolean read(NioSocketWrapper wrapper, Connection connection) throws IOException {
        PooledBuffers buffers = connection.buffers();
        while (true) {
            ByteBuffer buffer = buffers.emptyReadBuffer();
            int count = connection.channel().readNow(buffer);
            wrapper.updateLastRead();
            if (count <= 0) {
                buffers.release();
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
                throw new IOException("incomplete headers exceed their limit");
            }
        }
    }

    private boolean findEnd(Connection connection, ByteBuffer bytes, int length, int from) {
        if (HeaderScanner.isNotHttp(bytes, length)) {
            // Tomcat refuses the request at once. A client that tried TLS first then tries without.
            connection.headerComplete(false);
            return true;
        }
        int end = HeaderScanner.findEnd(bytes, length, Math.max(from - 3, 0));
        if (end < 0 && length <= ConnectionLimits.MAX_HEADER_BYTES) {
            return false;
        }
        connection.headerComplete(end < 0 || end > ConnectionLimits.MAX_HEADER_BYTES);
        return true;
    }

    /** Counts the header bytes of a connection, as {@link BoundedEndpoint#keep}. */
    private static boolean keep(Connection connection, int bytes) {
        return connection
                .endpoint()
                .keep(connection, bytes + connection.channel().encryptedBytes());
    }

    /** Waits for more of a header until its time is over. */
    private SocketState waitForMore(NioSocketWrapper wrapper, Connection connection) {
        int encrypted = connection.channel().encryptedBytes();
        if (connection.buffers().keptBytes() + encrypted > 0) {
            long left = millisLeft(connection);
            boolean room = encrypted == 0 || keep(connection, connection.buffers().keptBytes());
            if (left <= 0 || !room) {
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
     * Serves a request whose header is complete. Where the limit of requests is reached, only
     * probes are served; others wait until a request has ended.
     */
    private SocketState serveOrWait(NioSocketWrapper wrapper, Connection connection)
            throws IOException {
        if (RequestExecutor.isBeyondLimit()) {
            if (wrapper.getCurrentProcessor() == null
                    && UnparsedHeader.isProbe(connection.buffers().peek())
                    && executor.tryBeginProbe()) {
                try {
                    return serve(wrapper, connection, Connection.PROBE_WRITE);
                } finally {
                    executor.endProbe();
                }
            }
            keepHeader(connection);
            connection.executeWhenFree(again(wrapper, connection));
            return SocketState.LONG;
        }
        if (hasBody(connection.buffers()) && !connection.tryBeginBody()) {
            keepHeader(connection);
            connection.executeWithBody(again(wrapper, connection));
            return SocketState.LONG;
        }
        return serve(wrapper, connection, limits.stall());
    }

    /** Copies the header only where its method may have a body. */
    private static boolean hasBody(PooledBuffers buffers) {
        return buffers.first() == 'P' && UnparsedHeader.hasBody(buffers.peek());
    }

    /** Keeps a complete header in an array of its length while its request waits. */
    private void keepHeader(Connection connection) throws IOException {
        PooledBuffers buffers = connection.buffers();
        buffers.unReadReadBuffer(ByteBuffer.allocate(0));
        if (!keep(connection, buffers.keptBytes())) {
            throw new IOException("headers of requests that wait exceed their limit");
        }
    }

    /** A task that handles the connection again, as if the request had just arrived. */
    private Runnable again(NioSocketWrapper wrapper, Connection connection) {
        return () -> {
            connection.endpoint().processSocket(wrapper, SocketEvent.OPEN_READ, false);
            if (wrapper.isClosed()) {
                connection.endBody();
            }
        };
    }

    private SocketState serve(NioSocketWrapper wrapper, Connection connection, Duration write) {
        connection.endpoint().keep(connection, 0);
        halfParsed.addAndGet(connection.countHalfParsed(false));
        wrapper.setWriteTimeout(write.toMillis());
        SocketState state =
                connection.serve(
                        wrapper,
                        mayGoOn(connection),
                        () -> tomcat.process(wrapper, SocketEvent.OPEN_READ));
        connection.headerServed();
        connection.endBody();
        return switch (state) {
            case SENDFILE -> sendWithoutRequest(wrapper, connection);
            case LONG -> halfParsed(wrapper, connection);
            case OPEN -> waitForNext(wrapper, connection);
            case CLOSED -> connection.lingersAtEnd() ? beginLingering(wrapper, connection) : state;
            default -> state;
        };
    }

    /** The next header may have begun already, with a record of which a part has come. */
    private SocketState waitForNext(NioSocketWrapper wrapper, Connection connection) {
        if (connection.endpoint().makeRoomOrCloseThis()) {
            return SocketState.CLOSED;
        }
        if (connection.channel().encryptedBytes() == 0) {
            return SocketState.OPEN;
        }
        wrapper.setReadTimeout(Math.max(millisLeft(connection), 1));
        return keep(connection, 0) ? SocketState.OPEN : SocketState.CLOSED;
    }

    /**
     * Whether Tomcat may look for the connection's next request without this handler. Not under
     * load: then idle connections must return to the poller, where they can be closed for others.
     */
    private boolean mayGoOn(Connection connection) {
        return !RequestExecutor.isBeyondLimit()
                && connection.endpoint().isHalfFree(connection)
                && executor.isHalfFree()
                && halfParsed.get() <= limits.halfParsed() / 2;
    }

    /**
     * Releases Tomcat's state of the request while the poller sends the file. Bytes of further
     * requests that have arrived are kept. The poller may have sent all of the file already, and
     * may even have closed the connection.
     */
    private SocketState sendWithoutRequest(NioSocketWrapper wrapper, Connection connection) {
        // The processor is taken from the wrapper, so that the poller cannot recycle it meanwhile.
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
            log.debug("headers of requests that wait for a file to be sent exceed their limit");
            return SocketState.CLOSED;
        }
        findEnd(connection, ByteBuffer.wrap(next), next.length, 0);
        if (sending != null) {
            sending.keepAliveState = SendfileKeepAliveState.PIPELINED;
        }
        VarHandle.fullFence(); // the poller reads these two in the opposite order
        if (wrapper.getSendfileData() == null) {
            // The file has been sent, and the poller waits for bytes that have arrived already.
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
            return linger(wrapper, connection.beginLingering(MAX_LINGERED_BYTES, LINGER_MILLIS));
        } catch (IOException e) {
            log.debug("the client closed the connection during its lingering close", e);
            return SocketState.CLOSED;
        }
    }

    private static SocketState linger(NioSocketWrapper wrapper, Lingering lingering)
            throws IOException {
        long left = lingering.discard();
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
        Connection connection = ConnectionChannel.connectionOf(wrapper);
        if (connection != null) {
            connection.endpoint().closed(connection);
            connection.endpoint().keep(connection, 0);
            halfParsed.addAndGet(connection.countHalfParsed(false));
            connection.stopWaiting();
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
