package io.berth.http.body;

import io.berth.error.RegistryException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Limits each client to half of a bounded memory, so that others always find some. Keeps state only
 * for clients that hold or want a share. Safe for several threads.
 */
final class ClientShares {

    private final Map<String, Account> accounts = new ConcurrentHashMap<>();
    private final int half;
    private final int timeout;

    /**
     * The share of one client.
     *
     * @param free units that it can still take
     * @param count shares that are held or waited for; changed only in {@code compute} of the map
     */
    private record Account(Semaphore free, int count) {}

    /**
     * @param units of the memory
     * @param timeout seconds that a client waits until its other shares are returned
     */
    ClientShares(int units, int timeout) {
        this.half = Math.max(1, units / 2);
        this.timeout = timeout;
    }

    /**
     * Takes a share.
     *
     * @param units reduced to half of the memory, if there are more
     * @throws RegistryException UNAVAILABLE after the timeout
     */
    Share take(String client, int units) {
        Account entered =
                accounts.compute(
                        client,
                        (_, known) ->
                                known == null
                                        ? new Account(new Semaphore(half, true), 1)
                                        : new Account(known.free(), known.count() + 1));
        int wanted = Math.min(half, units);
        try {
            if (entered.free().tryAcquire(wanted, timeout, TimeUnit.SECONDS)) {
                return new Share(client, entered.free(), wanted);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        leave(client);
        throw ListMemory.unavailable();
    }

    private void leave(String client) {
        accounts.computeIfPresent(
                client,
                (_, known) ->
                        known.count() == 1 ? null : new Account(known.free(), known.count() - 1));
    }

    /** Number of clients that hold or want a share. */
    int clients() {
        return accounts.size();
    }

    /**
     * A share of a client. Closing it returns it; closing it again has no effect. For one thread.
     */
    final class Share implements AutoCloseable {

        private final String client;
        private final Semaphore free;
        private int taken;
        private boolean closed;

        private Share(String client, Semaphore free, int taken) {
            this.client = client;
            this.free = free;
            this.taken = taken;
        }

        /** Returns what exceeds so many units. */
        void shrinkTo(int units) {
            int needed = Math.min(taken, units);
            free.release(taken - needed);
            taken = needed;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                shrinkTo(0);
                leave(client);
            }
        }
    }
}
