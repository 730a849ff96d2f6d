package io.berth.server;

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
 * Tomcat's connections, of which those that only wait make room for new ones when there are as many
 * as there may be. So a client, or a probe, always gets a connection.
 */
final class Connections extends NioEndpoint {

    private static final Logger log = LoggerFactory.getLogger(Connections.class);

    /** Each time room is made, it is made for some more: to look through all of them costs. */
    private static final int SHED_FRACTION = 64;

    /** A client that is ended so that others are served has kept the server waiting for so long. */
    private static final Duration SLOW_FOR = Duration.ofSeconds(2);

    /** A connection that has not waited for longer is not closed before others. */
    private static final long YOUNG_MILLIS = 1_000;

    /**
     * A new connection that has not waited for longer is not closed at all: its first request is on
     * its way, and perhaps no other client wants a connection.
     */
    private static final long FRESH_MILLIS = 250;

    private static final int SLOW_BYTES_PER_SECOND = 8 * 1024;

    private @Nullable Setup setup;

    /** Whether the acceptor waits for a connection to be closed, and none has been for it. */
    private final AtomicBoolean roomWanted = new AtomicBoolean();

    private record Setup(
            ConnectionLimits limits, LentBuffers.Pool pool, Workers workers, PerClient perClient) {}

    /** Before it is started. */
    void limit(ConnectionLimits limits, LentBuffers.Pool pool, Workers workers) {
        PerClient perClient = new PerClient(limits.connectionsPerClient());
        setup = new Setup(limits, pool, workers, perClient);
    }

    private Setup setup() {
        return Objects.requireNonNull(setup);
    }

    @Override
    protected NioChannel createChannel(SocketBufferHandler unused) {
        ConnectionLimits limits = setup().limits();
        return new Connection(
                this,
                new LentBuffers(setup().pool()),
                setup().workers(),
                new Pace(limits.stall(), limits.stallBytes()),
                new Pace(limits.stall(), limits.stallBytes()),
                new FilePace(limits.stall(), limits.stallBytes()));
    }

    @Override
    protected void countUpOrAwaitConnection() throws InterruptedException {
        roomWanted.set(true);
        try {
            makeRoom();
            super.countUpOrAwaitConnection();
        } finally {
            roomWanted.set(false);
        }
    }

    /** Where a client waits for a connection, others that only wait are closed. */
    void makeRoom() {
        if (clientMayWait()) {
            shedSome();
        }
    }

    private int shedSome() {
        return shed(1 + setup().limits().connections() / SHED_FRACTION, connection -> true);
    }

    /**
     * Makes room for a client that waits, after an answer. Where all connections are busy, none
     * waits for long enough that {@link #makeRoom} could close it.
     *
     * @return whether the connection that has been answered must be closed for that
     */
    boolean makeRoomOrGiveWay() {
        return clientMayWait() && roomWanted.compareAndSet(true, false) && shedSome() == 0;
    }

    /** Whether a client may be waiting until another's connection is closed. */
    boolean clientMayWait() {
        return roomWanted.get() && getConnectionCount() >= setup().limits().connections();
    }

    /** Closes those whose clients hardly take the file that they are being sent. */
    void closeTooSlowSenders() {
        long now = System.nanoTime();
        senders()
                .filter(sender -> sender.connection().file().isTooSlow(sender.file(), now))
                .forEach(Connections::close);
    }

    @Override
    protected boolean setSocketOptions(SocketChannel socket) {
        PerClient perClient = setup().perClient();
        String client = ClientAddress.of(socket.socket().getInetAddress());
        if (!perClient.enter(client)) {
            shed(
                    1 + setup().limits().connectionsPerClient() / SHED_FRACTION,
                    connection -> client.equals(connection.countedAs()));
            if (!perClient.enter(client)) {
                log.debug("{} has as many connections as a client may have", client);
                destroySocket(socket);
                return true;
            }
        }
        boolean set = super.setSocketOptions(socket);
        if (connections.get(socket) instanceof NioSocketWrapper wrapper
                && wrapper.getSocket() instanceof Connection connection
                && connection.countAs(client)) {
            return set;
        }
        perClient.leave(client);
        return set;
    }

    /** Whether half of the connections there may be are free, also for this one's client. */
    boolean areHalfFree(Connection connection) {
        String client = connection.countedAs();
        return getConnectionCount() <= setup().limits().connections() / 2
                && client != null
                && setup().perClient().isHalfFree(client);
    }

    /** How many have a request that is worked on. */
    int working() {
        return count((wrapper, connection) -> connection.isWorking());
    }

    /** How many are being sent a file. */
    int sending() {
        return count((wrapper, connection) -> wrapper.getSendfileData() != null);
    }

    private int count(BiPredicate<NioSocketWrapper, Connection> which) {
        return (int)
                getConnections().stream()
                        .filter(
                                any ->
                                        any instanceof NioSocketWrapper wrapper
                                                && wrapper.getSocket() instanceof Connection one
                                                && which.test(wrapper, one))
                        .count();
    }

    /** A connection that is closed counts no more. */
    void forget(Connection connection) {
        String client = connection.countNoMore();
        if (client != null) {
            setup().perClient().leave(client);
        }
    }

    /**
     * Closes connections that have waited longest; where these do not suffice such as are being
     * sent a file that their client takes slowly; and at last such as have come a moment ago, most
     * of which are about to send a request.
     *
     * @return how many are closed
     */
    private int shed(int count, Predicate<Connection> which) {
        long now = System.currentTimeMillis();
        List<Waiting> waiting =
                getConnections().stream()
                        .map(Connections::waiting)
                        .filter(found -> found != null && which.test(found.connection()))
                        .filter(
                                found ->
                                        found.connection().hasWorked()
                                                || found.since() <= now - FRESH_MILLIS)
                        .sorted(Comparator.comparingLong(Waiting::since))
                        .limit(count)
                        .toList();
        List<Waiting> old =
                waiting.stream().filter(one -> one.since() < now - YOUNG_MILLIS).toList();
        long closed = old.stream().filter(Connections::close).count();
        List<Sender> slow =
                slowSenders()
                        .filter(sender -> which.test(sender.connection()))
                        .limit(count - old.size())
                        .toList();
        closed += slow.stream().filter(Connections::close).count();
        closed +=
                waiting.stream()
                        .skip(old.size())
                        .limit(count - old.size() - slow.size())
                        .filter(Connections::close)
                        .count();
        log.debug("{} connections waited and {} took a file slowly", waiting.size(), slow.size());
        return (int) closed;
    }

    private record Sender(NioSocketWrapper wrapper, Connection connection, SendfileData file) {

        static Stream<Sender> of(Object any) {
            if (!(any instanceof NioSocketWrapper wrapper)
                    || !(wrapper.getSocket() instanceof Connection connection)) {
                return Stream.empty();
            }
            SendfileData file = wrapper.getSendfileData();
            return file == null ? Stream.empty() : Stream.of(new Sender(wrapper, connection, file));
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
                .map(one -> new Slow(one, one.connection().file().rate(one.file(), now, SLOW_FOR)))
                .filter(slow -> slow.rate() < SLOW_BYTES_PER_SECOND)
                .sorted(Comparator.comparingDouble(Slow::rate))
                .map(Slow::sender);
    }

    /**
     * Ends requests whose clients are the slowest of all that keep the server waiting, if they are
     * slow at all.
     */
    void endSlowest(int count) {
        record Slow(Connection connection, double rate) {}
        getConnections().stream()
                .map(NioSocketWrapper.class::cast)
                .map(wrapper -> wrapper.getSocket() instanceof Connection one ? one : null)
                .filter(Objects::nonNull)
                .map(connection -> new Slow(connection, connection.rate(SLOW_FOR)))
                .filter(slow -> slow.rate() < SLOW_BYTES_PER_SECOND)
                .sorted(Comparator.comparingDouble(Slow::rate))
                .limit(count)
                .forEach(slow -> end(slow.connection()));
    }

    private static void end(Connection connection) {
        try {
            connection.endRequest();
        } catch (IOException e) {
            log.debug("a request that was too slow had ended", e);
        }
    }

    private record Waiting(NioSocketWrapper wrapper, Connection connection, long since) {}

    private static @Nullable Waiting waiting(Object any) {
        return any instanceof NioSocketWrapper wrapper
                        && wrapper.getSocket() instanceof Connection connection
                        && connection.waits(wrapper)
                ? new Waiting(wrapper, connection, wrapper.getLastRead())
                : null;
    }

    /** Unless a request has come just now. */
    private static boolean close(Waiting waiting) {
        return closeIf(waiting.wrapper(), () -> waiting.connection().waits(waiting.wrapper()));
    }

    /** Unless all has been sent just now. */
    private static boolean close(Sender sender) {
        return closeIf(
                sender.wrapper(),
                () -> Objects.equals(sender.wrapper().getSendfileData(), sender.file()));
    }

    /** Nothing happens while a request is worked on. */
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
