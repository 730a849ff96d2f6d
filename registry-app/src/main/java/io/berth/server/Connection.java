package io.berth.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.jspecify.annotations.Nullable;

/**
 * One connection: its buffers, its pace, and what it is doing. Used by the thread that holds the
 * connection's lock, except where a method says otherwise.
 */
final class Connection extends NioChannel {

    /** The connection whose request this thread works on. */
    private static final ScopedValue<Connection> CURRENT = ScopedValue.newInstance();

    private final Connections endpoint;
    private final LentBuffers buffers;
    private final Workers workers;
    private final Pace in;
    private final Pace out;
    private final FilePace file;

    /** Whether a request is worked on; read by other threads. */
    private volatile boolean working;

    private volatile boolean hasWorked;

    private boolean headerBegun;
    private long headerBegunAt;
    private volatile boolean headerComplete;
    private boolean headerTooLarge;

    /** What is counted of it elsewhere, and taken back when it is closed by whatever thread. */
    private int countedBytes;

    private boolean halfParsed;

    /** Whether a body may be read of those that are read at the same time, or soon. */
    private final AtomicBoolean mayReadBody = new AtomicBoolean();

    private boolean onlyWhatHasCome;
    private boolean answered;
    private boolean answeredBriefly;
    private boolean mayGoOn;
    private boolean lingersAtEnd;
    private long lingersUntil;
    private int lingeredBytes;
    private boolean lingering;

    private boolean open = true;
    private @Nullable String countedAs;

    Connection(
            Connections endpoint,
            LentBuffers buffers,
            Workers workers,
            Pace in,
            Pace out,
            FilePace file) {
        super(buffers);
        this.endpoint = endpoint;
        this.buffers = buffers;
        this.workers = workers;
        this.in = in;
        this.out = out;
        this.file = file;
    }

    /** Null outside of requests. */
    static @Nullable Connection current() {
        return CURRENT.isBound() ? CURRENT.get() : null;
    }

    Connections endpoint() {
        return endpoint;
    }

    LentBuffers buffers() {
        return buffers;
    }

    /** Of the file that is being sent; for any thread. */
    FilePace file() {
        return file;
    }

    /**
     * Runs what serves a request.
     *
     * @param goesOn whether the next request may be served with it, if it comes at once
     */
    <T> T serving(boolean goesOn, ScopedValue.CallableOp<T, RuntimeException> request) {
        working = true;
        hasWorked = true;
        mayGoOn = goesOn;
        answered = false;
        onlyWhatHasCome = false;
        lingersAtEnd = false;
        in.restart();
        out.restart();
        try {
            return ScopedValue.where(CURRENT, this).call(request);
        } finally {
            working = false;
            buffers.giveBack();
        }
    }

    /** Whether a request is worked on; for any thread. */
    boolean isWorking() {
        return working;
    }

    /** Whether there has been a request; for any thread. */
    boolean hasWorked() {
        return hasWorked;
    }

    /** Whether it only waits for its client's next request; for any thread. */
    boolean waits(NioSocketWrapper wrapper) {
        return !working && !headerComplete && wrapper.getSendfileData() == null;
    }

    /** Whether it is counted from now on: not when it has been closed meanwhile. */
    synchronized boolean countAs(String client) {
        if (!open) {
            return false;
        }
        countedAs = client;
        return true;
    }

    /** Gives what it was counted as, once. */
    synchronized @Nullable String countNoMore() {
        open = false;
        String client = countedAs;
        countedAs = null;
        return client;
    }

    synchronized @Nullable String countedAs() {
        return countedAs;
    }

    // ---- the header of a request

    boolean isHeaderComplete() {
        return headerComplete;
    }

    /** Nanoseconds since the first byte of a header that is not complete came. */
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
     * Replaces how many bytes are counted as kept; a connection that is closed keeps none.
     *
     * @return how many more that are
     */
    synchronized int countBytes(int kept) {
        int before = countedBytes;
        countedBytes = open ? kept : 0;
        return countedBytes - before;
    }

    /**
     * Replaces whether Tomcat holds a part of a header, as for none that is closed.
     *
     * @return how many more that do: 1, 0, or -1
     */
    synchronized int countHalfParsed(boolean now) {
        boolean before = halfParsed;
        halfParsed = now && open;
        return (halfParsed ? 1 : 0) - (before ? 1 : 0);
    }

    boolean isHeaderTooLarge() {
        return headerTooLarge;
    }

    /** Whether its request may read a body: false when as many do as may. */
    boolean beginBody() {
        if (mayReadBody.get()) {
            return true;
        }
        boolean begun = workers.beginBody();
        if (begun) {
            mayReadBody.set(true);
        }
        return begun;
    }

    /** Goes on as soon as a body may be read. */
    void whenABodyMayBegin(Runnable next) {
        mayReadBody.set(true);
        workers.whenABodyMayBegin(next);
    }

    /** For any thread, however often. */
    void endBody() {
        if (mayReadBody.getAndSet(false)) {
            workers.endBody();
        }
    }

    // ---- the end of a request

    /**
     * What is read next is another request, unless it is a body that is not wanted.
     *
     * @param briefly whether the client has the answer by now
     */
    void answered(boolean briefly) {
        answered = !onlyWhatHasCome;
        answeredBriefly = briefly;
        in.restart();
        out.restart();
    }

    /**
     * From now on only what has come already of the request's body is read, and the rest is not
     * waited for. The connection is closed so that its client sees the answer.
     */
    void wantNoMore() {
        onlyWhatHasCome = true;
        lingersAtEnd = true;
    }

    boolean lingersAtEnd() {
        return lingersAtEnd;
    }

    boolean isLingering() {
        return lingering;
    }

    /** Says the client that no answer follows, and begins to read what it still sends. */
    void beginLingering(long millis) throws IOException {
        lingering = true;
        lingersUntil = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        sc.shutdownOutput();
    }

    /**
     * Reads and forgets.
     *
     * @param most bytes that may come altogether
     * @return milliseconds for which more may come; 0: that was all
     */
    long linger(int most) throws IOException {
        ByteBuffer buffer = buffers.toFill();
        int count;
        do {
            count = sc.read(buffer.clear());
            lingeredBytes += Math.max(count, 0);
        } while (count > 0 && lingeredBytes < most);
        buffer.clear();
        buffers.giveBack();
        long left = TimeUnit.NANOSECONDS.toMillis(lingersUntil - System.nanoTime());
        return count < 0 || lingeredBytes >= most ? 0 : Math.max(left, 0);
    }

    /**
     * Ends a request that its client keeps waiting, for any thread: a read finds the end of the
     * connection, a write that it is broken.
     */
    void endRequest() throws IOException {
        sc.shutdownInput();
        sc.shutdownOutput();
    }

    /** Bytes a second while the server waits, for any thread; far too many where it does not. */
    double rate(Duration atLeast) {
        return working ? Math.min(in.rate(atLeast), out.rate(atLeast)) : Double.MAX_VALUE;
    }

    // ---- bytes

    /** Does not block, so that the pace does not matter. */
    int readNow(ByteBuffer into) throws IOException {
        return sc.read(into);
    }

    /**
     * Tomcat lets no read be longer than the connection's own buffer, which it need not fill: it
     * reads past it into a buffer of the request, and there is more room.
     */
    @Override
    public int read(ByteBuffer into) throws IOException {
        if (answered) {
            answered = false;
            if (workers.someWait() || endpoint.clientMayWait()) {
                return 0; // as if nothing had come: this client waits for its turn, too
            }
            if (answeredBriefly && mayGoOn && workers.isHalfFree()) {
                letOthersWork();
            }
        }
        int count = super.read(into.limit(into.capacity()));
        if (count == 0 && onlyWhatHasCome) {
            return -1;
        }
        if (count >= 0) {
            in.moved(count);
        }
        return count;
    }

    /**
     * While others have the processor the next request often comes, and need not go over the poller
     * to another thread: that costs more than a read of a manifest does otherwise. Where no other
     * wants the processor, nothing is waited for.
     */
    @SuppressWarnings("ThreadPriorityCheck") // nothing depends on it but the cost
    private static void letOthersWork() {
        Thread.yield();
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        int count = super.write(from);
        if (count > 0 || from.hasRemaining()) {
            out.moved(count);
        }
        return count;
    }

    /** Only encryption uses it, and it would keep a request's buffers from being collected. */
    @Override
    public void setAppReadBufHandler(ApplicationBufferHandler unused) {}
}
