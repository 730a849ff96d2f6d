package io.berth.server.connection;

import io.berth.server.header.HeaderRoom;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketBufferHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An endpoint with a bounded number of connections. When the limit is reached, idle connections are
 * closed for new ones, so that a client, or a probe, always gets a connection. Safe for use by many
 * threads.
 */
final class BoundedEndpoint extends NioEndpoint {

    private static final Logger log = LoggerFactory.getLogger(BoundedEndpoint.class);

    /** 1/64 of the limit is closed at once, as each search goes through all connections. */
    private static final int CLOSE_FRACTION = 64;

    /** The least time that the server has waited for a client before the client counts as slow. */
    private static final Duration MIN_WAIT = Duration.ofSeconds(2);

    /** A connection that has been idle for less is closed last. */
    private static final long YOUNG_MILLIS = 1_000;

    /**
     * A connection without a request so far is not closed before it has been idle for this time:
     * its first request is probably on its way.
     */
    private static final long FRESH_MILLIS = 250;

    private static final int SLOW_BYTES_PER_SECOND = 8 * 1024;

    private @Nullable Setup setup;
    private boolean verifiesClients;

    /**
     * Whether the acceptor waits for a connection to be closed, and none has been closed for it
     * yet.
     */
    private final AtomicBoolean acceptorWaits = new AtomicBoolean();

    private record Setup(
            ConnectionLimits limits,
            PooledBuffers.Pool pool,
            RequestExecutor executor,
            PerClientLimit perClient,
            HeaderRoom room) {}

    /** Sets the limits; to be called before the start. */
    void limit(ConnectionLimits limits, PooledBuffers.Pool pool, RequestExecutor executor) {
        PerClientLimit perClient = new PerClientLimit(limits.connectionsPerClient());
        HeaderRoom room = new HeaderRoom(limits.keptHeaderBytes());
        setup = new Setup(limits, pool, executor, perClient, room);
    }

    private Setup setup() {
        return Objects.requireNonNull(setup);
    }

    @Override
    protected NioChannel createChannel(SocketBufferHandler unused) {
        Connection connection =
                new Connection(this, setup().pool(), setup().executor(), setup().limits());
        return (NioChannel) connection.channel();
    }

    /** How long a client may take for a header, or for a handshake. */
    Duration headerTime() {
        return setup().limits().headerTime();
    }

    /** Whether certificates of clients count: with TLS, and where they are verified. */
    boolean verifiesClients() {
        return verifiesClients;
    }

    /** Says whether {@link #verifiesClients}; to be called before the start. */
    void verifyClients(boolean verified) {
        verifiesClients = verified;
    }

    @Override
    protected void countUpOrAwaitConnection() throws InterruptedException {
        acceptorWaits.set(true);
        try {
            makeRoom();
            super.countUpOrAwaitConnection();
        } finally {
            acceptorWaits.set(false);
        }
    }

    /** Closes idle connections if a client waits for one. */
    void makeRoom() {
        if (clientMayWait()) {
            closeSomeIdle();
        }
    }

    private int closeSomeIdle() {
        return closeIdle(1 + setup().limits().connections() / CLOSE_FRACTION, connection -> true);
    }

    /**
     * As {@link #makeRoom}, after a response. Where all other connections are busy, the one whose
     * request was answered has to be closed.
     *
     * @return whether the caller must close the connection whose request was answered
     */
    boolean makeRoomOrCloseThis() {
        return clientMayWait() && acceptorWaits.compareAndSet(true, false) && closeSomeIdle() == 0;
    }

    /** Whether a client may be waiting for a connection to be closed. */
    boolean clientMayWait() {
        return acceptorWaits.get() && getConnectionCount() >= setup().limits().connections();
    }

    /** Closes connections whose clients receive a file too slowly. */
    void closeSlowSendfiles() {
        long now = System.nanoTime();
        senders()
                .filter(sender -> sender.connection().file().isTooSlow(sender.file(), now))
                .forEach(BoundedEndpoint::close);
    }

    @Override
    protected boolean setSocketOptions(SocketChannel socket) {
        PerClientLimit perClient = setup().perClient();
        String client = ClientAddress.of(socket.socket().getInetAddress());
        if (!perClient.tryAcquire(client)) {
            closeIdle(
                    1 + setup().limits().connectionsPerClient() / CLOSE_FRACTION,
                    connection -> client.equals(connection.countedAs()));
            if (!perClient.tryAcquire(client)) {
                log.debug(
                        "a connection of {} is refused: the client has as many as http.limits.connectionsperclient allows",
                        client);
                destroySocket(socket);
                return true;
            }
        }
        boolean set = super.setSocketOptions(socket);
        Connection connection = ConnectionChannel.connectionOf(connections.get(socket));
        if (connection != null && connection.countAs(client)) {
            return set;
        }
        perClient.release(client);
        return set;
    }

    /** Whether half of the limits is free, of all connections and of this one's client. */
    boolean isHalfFree(Connection connection) {
        String client = connection.countedAs();
        return getConnectionCount() <= setup().limits().connections() / 2
                && client != null
                && setup().perClient().isHalfFree(client);
    }

    /** Number of connections whose request runs. */
    int runningRequests() {
        return count((wrapper, connection) -> connection.isWorking());
    }

    /** Number of connections to which a file is sent. */
    int filesBeingSent() {
        return count((wrapper, connection) -> wrapper.getSendfileData() != null);
    }

    private int count(BiPredicate<NioSocketWrapper, Connection> which) {
        return (int)
                getConnections().stream()
                        .filter(
                                any ->
                                        any instanceof NioSocketWrapper wrapper
                                                && wrapper.getSocket()
                                                        instanceof ConnectionChannel one
                                                && which.test(wrapper, one.connection()))
                        .count();
    }

    /** Ends the counting of a connection that is closed. */
    void closed(Connection connection) {
        String client = connection.stopCounting();
        if (client != null) {
            setup().perClient().release(client);
        }
    }

    /**
     * Closes idle connections, those that have been idle for longest first; where these do not
     * suffice, those whose clients receive a file slowly; and at last those that have been idle for
     * less than a second, most of which are about to send a request.
     *
     * @return number of closed connections
     */
    private int closeIdle(int count, Predicate<Connection> which) {
        long now = System.currentTimeMillis();
        List<Idle> idle =
                getConnections().stream()
                        .map(BoundedEndpoint::idle)
                        .filter(found -> found != null && which.test(found.connection()))
                        .filter(
                                found ->
                                        found.connection().hasWorked()
                                                || found.since() <= now - FRESH_MILLIS)
                        .sorted(Comparator.comparingLong(Idle::since))
                        .limit(count)
                        .toList();
        List<Idle> old = idle.stream().filter(one -> one.since() < now - YOUNG_MILLIS).toList();
        long closed = old.stream().filter(BoundedEndpoint::close).count();
        List<Sender> slow =
                slowSenders()
                        .filter(sender -> which.test(sender.connection()))
                        .limit(count - old.size())
                        .toList();
        closed += slow.stream().filter(BoundedEndpoint::close).count();
        closed +=
                idle.stream()
                        .skip(old.size())
                        .limit(count - old.size() - slow.size())
                        .filter(BoundedEndpoint::close)
                        .count();
        log.debug(
                "{} connections were idle and {} received a file slowly", idle.size(), slow.size());
        return (int) closed;
    }

    /**
     * Counts the bytes of an incomplete header or handshake that a connection holds, and makes room
     * for them.
     *
     * @param bytes in place of those that were counted for it before
     * @return {@code false} when there is no room, so that the connection has to be closed
     */
    boolean keep(Connection connection, int bytes) {
        HeaderRoom room = setup().room();
        return room.count(connection.countBytes(bytes))
                || room.makeRoom(connection, this::headerHolders);
    }

    /** The connections that hold bytes of headers. */
    private Stream<HeaderRoom.Holder> headerHolders() {
        return getConnections().stream().flatMap(BoundedEndpoint::headerHolder);
    }

    private static Stream<HeaderRoom.Holder> headerHolder(Object any) {
        if (!(any instanceof NioSocketWrapper wrapper)
                || !(wrapper.getSocket() instanceof ConnectionChannel channel)
                || channel.connection().countedBytes() == 0) {
            return Stream.empty();
        }
        Connection connection = channel.connection();
        return Stream.of(
                new HeaderRoom.Holder(
                        connection,
                        Objects.requireNonNullElse(connection.countedAs(), ""),
                        connection.countedBytes(),
                        () -> closeIf(wrapper, () -> connection.countedBytes() > 0)));
    }

    private record Sender(NioSocketWrapper wrapper, Connection connection, SendfileData file) {

        static Stream<Sender> of(Object any) {
            if (!(any instanceof NioSocketWrapper wrapper)
                    || !(wrapper.getSocket() instanceof ConnectionChannel channel)) {
                return Stream.empty();
            }
            SendfileData file = wrapper.getSendfileData();
            return file == null
                    ? Stream.empty()
                    : Stream.of(new Sender(wrapper, channel.connection(), file));
        }
    }

    private Stream<Sender> senders() {
        return getConnections().stream().flatMap(Sender::of);
    }

    /** The slowest first. */
    private Stream<Sender> slowSenders() {
        record Slow(Sender sender, double rate) {}
        long now = System.nanoTime();
        return senders()
                .map(one -> new Slow(one, one.connection().file().rate(one.file(), now, MIN_WAIT)))
                .filter(slow -> slow.rate() < SLOW_BYTES_PER_SECOND)
                .sorted(Comparator.comparingDouble(Slow::rate))
                .map(Slow::sender);
    }

    /**
     * Ends the requests of the slowest clients that the server waits for, if they are slow at all.
     *
     * @param count requests at the most
     */
    void endSlowest(int count) {
        record Slow(Connection connection, double rate) {}
        getConnections().stream()
                .map(ConnectionChannel::connectionOf)
                .filter(Objects::nonNull)
                .map(connection -> new Slow(connection, connection.rate(MIN_WAIT)))
                .filter(slow -> slow.rate() < SLOW_BYTES_PER_SECOND)
                .sorted(Comparator.comparingDouble(Slow::rate))
                .limit(count)
                .forEach(slow -> end(slow.connection()));
    }

    private static void end(Connection connection) {
        try {
            connection.endRequest();
        } catch (IOException e) {
            log.debug("a slow request had ended before it could be aborted", e);
        }
    }

    private record Idle(NioSocketWrapper wrapper, Connection connection, long since) {}

    private static @Nullable Idle idle(Object any) {
        return any instanceof NioSocketWrapper wrapper
                        && wrapper.getSocket() instanceof ConnectionChannel channel
                        && channel.connection().isIdle(wrapper)
                ? new Idle(wrapper, channel.connection(), wrapper.getLastRead())
                : null;
    }

    /** Closes a connection unless a request has arrived meanwhile. */
    private static boolean close(Idle idle) {
        return closeIf(idle.wrapper(), () -> idle.connection().isIdle(idle.wrapper()));
    }

    /** Closes a connection unless the file has been sent meanwhile. */
    private static boolean close(Sender sender) {
        return closeIf(
                sender.wrapper(),
                () -> Objects.equals(sender.wrapper().getSendfileData(), sender.file()));
    }

    /**
     * Closes a connection if the condition holds; does nothing while another thread works on it.
     */
    private static boolean closeIf(NioSocketWrapper wrapper, BooleanSupplier condition) {
        Lock lock = wrapper.getLock();
        if (lock.tryLock()) {
            try {
                if (condition.getAsBoolean()) {
                    wrapper.close();
                    return true;
                }
            } finally {
                lock.unlock();
            }
        }
        return false;
    }
}
