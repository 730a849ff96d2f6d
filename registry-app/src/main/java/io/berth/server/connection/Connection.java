package io.berth.server.connection;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.jspecify.annotations.Nullable;

/**
 * A connection: its buffers, its minimum data rates, and its state. For the thread that holds the
 * connection's lock, except where a method says otherwise.
 */
public final class Connection {

    /** The connection whose request this thread serves. */
    private static final ScopedValue<Connection> CURRENT = ScopedValue.newInstance();

    /** How long a probe beyond a limit of requests may wait for its client to read. */
    static final Duration PROBE_WRITE = Duration.ofSeconds(1);

    private final BoundedEndpoint endpoint;
    private final PooledBuffers buffers;
    private final RequestExecutor executor;
    private final MinimumDataRate in;
    private final MinimumDataRate out;
    private final SendfileDataRate file;
    private final ConnectionChannel channel;

    /** Tomcat's part of it, while a request is served. */
    private @Nullable NioSocketWrapper wrapper;

    /** Whether a request runs; read by other threads. */
    private volatile boolean working;

    private volatile boolean hasWorked;

    private boolean headerBegun;
    private long headerBegunAt;
    private volatile boolean headerComplete;
    private boolean headerTooLarge;

    /** Header bytes that {@link HeaderHandler} counts for this connection. */
    private int countedBytes;

    private boolean halfParsed;

    /** Whether the connection holds a permit to read a body, or will get one. */
    private final AtomicBoolean mayReadBody = new AtomicBoolean();

    /** Continues a request that waits until others have ended. */
    private volatile @Nullable Runnable waiting;

    private boolean bodyStopped;
    private boolean answered;
    private boolean answeredBriefly;
    private boolean mayGoOn;
    private boolean lingersAtEnd;
    private @Nullable Lingering lingering;

    private boolean open = true;
    private @Nullable String countedAs;

    Connection(
            BoundedEndpoint endpoint,
            PooledBuffers.Pool pool,
            RequestExecutor executor,
            ConnectionLimits limits) {
        this.endpoint = endpoint;
        this.buffers = new PooledBuffers(pool);
        this.executor = executor;
        this.in = new MinimumDataRate(limits.stall(), limits.stallBytes());
        this.out = new MinimumDataRate(limits.stall(), limits.stallBytes());
        this.file = new SendfileDataRate(limits.stall(), limits.stallBytes());
        this.channel =
                endpoint.isSSLEnabled() ? new SecureChannel(this, pool) : new PlainChannel(this);
    }

    /** The connection of the request that this thread serves; {@code null} outside of requests. */
    public static @Nullable Connection current() {
        return CURRENT.isBound() ? CURRENT.get() : null;
    }

    ConnectionChannel channel() {
        return channel;
    }

    BoundedEndpoint endpoint() {
        return endpoint;
    }

    PooledBuffers buffers() {
        return buffers;
    }

    /** The data rate of the file that is being sent; for any thread. */
    SendfileDataRate file() {
        return file;
    }

    /**
     * Serves a request.
     *
     * @param served Tomcat's part of this connection
     * @param goesOn whether this thread may also serve the next request, if it arrives at once
     */
    <T> T serve(
            NioSocketWrapper served,
            boolean goesOn,
            ScopedValue.CallableOp<T, RuntimeException> request) {
        wrapper = served;
        working = true;
        hasWorked = true;
        waiting = null;
        mayGoOn = goesOn;
        answered = false;
        bodyStopped = false;
        lingersAtEnd = false;
        in.reset();
        out.reset();
        try {
            return ScopedValue.where(CURRENT, this).call(request);
        } finally {
            working = false;
            buffers.release();
        }
    }

    /** Whether a request runs; for any thread. */
    boolean isWorking() {
        return working;
    }

    /** Whether there has been a request; for any thread. */
    boolean hasWorked() {
        return hasWorked;
    }

    /** Whether the connection only waits for its client's next request; for any thread. */
    boolean isIdle(NioSocketWrapper wrapper) {
        return !working && !headerComplete && wrapper.getSendfileData() == null;
    }

    /** Counts the connection for a client; {@code false} when it has been closed meanwhile. */
    synchronized boolean countAs(String client) {
        if (!open) {
            return false;
        }
        countedAs = client;
        return true;
    }

    /** Ends the counting; returns the client, and {@code null} from the second call on. */
    synchronized @Nullable String stopCounting() {
        open = false;
        String client = countedAs;
        countedAs = null;
        return client;
    }

    /** The client that the connection is counted for; for any thread. */
    public synchronized @Nullable String countedAs() {
        return countedAs;
    }

    // ---- the header of a request

    boolean isHeaderComplete() {
        return headerComplete;
    }

    /** Nanoseconds since the first call for the current header, when its first bytes arrived. */
    long headerAge() {
        long now = System.nanoTime();
        if (!headerBegun) {
            headerBegun = true;
            headerBegunAt = now;
        }
        return now - headerBegunAt;
    }

    void headerComplete(boolean tooLarge) {
        headerComplete = true;
        headerTooLarge = tooLarge;
    }

    void headerServed() {
        headerComplete = false;
        headerBegun = false;
    }

    /**
     * Sets the number of header bytes that are counted for this connection; none for a closed one.
     *
     * @return the difference to the number before
     */
    synchronized int countBytes(int kept) {
        int before = countedBytes;
        countedBytes = open ? kept : 0;
        return countedBytes - before;
    }

    /** Number of header bytes that are counted for this connection; for any thread. */
    synchronized int countedBytes() {
        return countedBytes;
    }

    /**
     * Sets whether Tomcat holds an incomplete header of this connection; it holds none of a closed
     * one.
     *
     * @return the difference to before: 1, 0, or -1
     */
    synchronized int countHalfParsed(boolean now) {
        boolean before = halfParsed;
        halfParsed = now && open;
        return (halfParsed ? 1 : 0) - (before ? 1 : 0);
    }

    /** Whether the header of the request exceeds the limit. */
    public boolean isHeaderTooLarge() {
        return headerTooLarge;
    }

    /** Takes a permit to read the body; {@code false} when the limit of bodies is reached. */
    public boolean tryBeginBody() {
        if (mayReadBody.get()) {
            return true;
        }
        boolean begun = executor.tryBeginBody();
        if (begun) {
            mayReadBody.set(true);
        }
        return begun;
    }

    /** Runs a task as soon as a body may be read. */
    void executeWithBody(Runnable next) {
        mayReadBody.set(true);
        waiting = next;
        executor.executeWithBody(next);
    }

    /** Runs a task as soon as the number of requests allows it. */
    void executeWhenFree(Runnable next) {
        waiting = next;
        executor.executeWhenFree(next);
    }

    /** Removes the waiting task, which would keep a closed connection in memory; for any thread. */
    void stopWaiting() {
        Runnable task = waiting;
        waiting = null;
        if (task != null && executor.forget(task)) {
            mayReadBody.set(false); // the task had no permit yet
        }
    }

    /** Returns the permit to read a body, if it holds one; for any thread. */
    void endBody() {
        if (mayReadBody.getAndSet(false)) {
            executor.endBody();
        }
    }

    // ---- the end of a request

    /**
     * Notes that a request is answered: the bytes that are read next belong to another request,
     * unless {@link #stopReadingBody} was called.
     *
     * @param briefly whether the client is likely to have the whole answer already
     */
    public void answered(boolean briefly) {
        answered = !bodyStopped;
        answeredBriefly = briefly;
        in.reset();
        out.reset();
    }

    /**
     * From now on, reads of the body return only bytes that have arrived already, then the end of
     * the stream. The connection is closed after a lingering time, so that the client receives the
     * response.
     */
    public void stopReadingBody() {
        bodyStopped = true;
        lingersAtEnd = true;
    }

    /**
     * Notes that the request is a probe that no limit counts: it waits for its client for {@link
     * #PROBE_WRITE} only.
     */
    public void servesProbe() {
        NioSocketWrapper served = wrapper;
        if (served != null) {
            served.setWriteTimeout(PROBE_WRITE.toMillis());
        }
    }

    boolean lingersAtEnd() {
        return lingersAtEnd;
    }

    /** The lingering end of it; {@code null} before. */
    @Nullable Lingering lingering() {
        return lingering;
    }

    /** Ends the output, and begins to discard what the client still sends. */
    Lingering beginLingering(int maxBytes, long millis) throws IOException {
        Lingering begun = new Lingering(channel, buffers, maxBytes, millis);
        lingering = begun;
        return begun;
    }

    /**
     * Ends a request whose client is too slow: a read then finds the end of the stream, and a write
     * fails. For any thread.
     */
    void endRequest() throws IOException {
        SocketChannel socket = channel.getIOChannel();
        socket.shutdownInput();
        socket.shutdownOutput();
    }

    /**
     * Bytes per second while the server waits for the client; {@link Double#MAX_VALUE} where it
     * does not wait. For any thread.
     */
    double rate(Duration atLeast) {
        return working ? Math.min(in.rate(atLeast), out.rate(atLeast)) : Double.MAX_VALUE;
    }

    // ---- bytes

    /**
     * To be asked before the channel reads for Tomcat.
     *
     * @return {@code false}: as if nothing had come, so that this client waits for its turn
     */
    boolean mayRead() {
        if (answered) {
            answered = false;
            if (executor.hasWaiting() || endpoint.clientMayWait()) {
                return false;
            }
            if (answeredBriefly && mayGoOn && executor.isHalfFree()) {
                yieldToOthers();
            }
        }
        return true;
    }

    /**
     * Lets other threads run. Meanwhile the client's next request often arrives, and then this
     * thread serves it: the way through the poller to another thread would cost more than the rest
     * of a manifest read. Returns at once when no other thread wants the processor.
     */
    @SuppressWarnings("ThreadPriorityCheck") // nothing depends on it but the cost
    private static void yieldToOthers() {
        Thread.yield();
    }

    /**
     * Notes a read.
     *
     * @param count bytes; -1: the stream has ended
     * @return what the reader is told instead
     * @throws IOException when the client is too slow
     */
    int hasRead(int count) throws IOException {
        if (count == 0 && bodyStopped) {
            return -1;
        }
        if (count >= 0) {
            in.transferred(count);
        }
        return count;
    }

    /**
     * Notes a write.
     *
     * @param count bytes
     * @param more whether the client has not taken all that was to be written
     * @return {@code count}
     * @throws IOException when the client is too slow
     */
    int hasWritten(int count, boolean more) throws IOException {
        if (count > 0 || more) {
            out.transferred(count);
        }
        return count;
    }
}
