package io.berth.server.header;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The room for the bytes of all headers that are incomplete or whose request waits. When the room
 * is full, the address that holds most of it loses the connections with its largest headers, so
 * that one address cannot keep others out. Safe for use by many threads.
 */
public final class HeaderRoom {

    /** 1/16 of the room is freed at once, as each search goes through all connections. */
    private static final int FREED_FRACTION = 16;

    private final long limit;
    private final AtomicLong held = new AtomicLong();

    /**
     * @param limit bytes of all connections together
     */
    public HeaderRoom(long limit) {
        this.limit = limit;
    }

    /**
     * A connection that holds bytes of headers.
     *
     * @param connection the connection, compared with the one that asks for room
     * @param client the address of the connection
     * @param close closes the connection, unless a thread works on it
     */
    public record Holder(Object connection, String client, int bytes, Runnable close) {}

    /** What the connections of one address hold. */
    private static final class Client {

        private final Queue<Holder> holders =
                new PriorityQueue<>(Comparator.comparingInt(Holder::bytes).reversed());

        private long bytes;

        void add(Holder holder) {
            holders.add(holder);
            bytes += holder.bytes();
        }
    }

    /**
     * Counts bytes that are held from now on, or have been released.
     *
     * @param difference bytes more, or fewer if negative
     * @return {@code false} when {@code difference} is positive and more bytes are held than there
     *     is room for
     */
    public boolean count(int difference) {
        return held.addAndGet(difference) <= limit || difference <= 0;
    }

    /**
     * Closes connections until there is room, or until the next one to close is the one that asks.
     *
     * @param asking is never closed here
     * @param holders all connections that hold bytes
     * @return whether there is room; {@code false}: the connection that asks has to be closed
     */
    public synchronized boolean makeRoom(Object asking, Supplier<Stream<Holder>> holders) {
        if (held.get() <= limit) {
            return true; // another thread has made room
        }
        Map<String, Client> clients = new HashMap<>();
        holders.get()
                .forEach(
                        one -> clients.computeIfAbsent(one.client(), key -> new Client()).add(one));
        Queue<Client> most =
                new PriorityQueue<>(
                        Comparator.comparingLong((Client client) -> client.bytes).reversed());
        most.addAll(clients.values());
        while (held.get() > limit - limit / FREED_FRACTION && !most.isEmpty()) {
            Client client = most.remove();
            Holder largest = client.holders.remove();
            if (largest.connection().equals(asking)) {
                break;
            }
            largest.close().run();
            client.bytes -= largest.bytes();
            if (!client.holders.isEmpty()) {
                most.add(client);
            }
        }
        return held.get() <= limit;
    }
}
