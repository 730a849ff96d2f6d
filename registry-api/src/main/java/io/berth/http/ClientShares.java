package io.berth.http;

import io.berth.error.RegistryException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Half of a room for each client, so that others always find some. Takes memory for clients that
 * hold or want any. Safe for several threads.
 */
final class ClientShares {

    private final Map<String, Half> halves = new ConcurrentHashMap<>();
    private final int half;
    private final int patience;

    /**
     * @param count changed under the map's lock only
     */
    private record Half(Semaphore free, int count) {}

    /**
     * @param units of the room
     * @param patience seconds that a client waits for what it holds itself
     */
    ClientShares(int units, int patience) {
        this.half = Math.max(1, units / 2);
        this.patience = patience;
    }

    /**
     * @param units with more than half, it waits for all of its half
     * @throws RegistryException UNAVAILABLE when the client holds too much for too long
     */
    Share take(String client, int units) {
        Half entered =
                halves.compute(
                        client,
                        (_, known) ->
                                known == null
                                        ? new Half(new Semaphore(half, true), 1)
                                        : new Half(known.free(), known.count() + 1));
        int wanted = Math.min(half, units);
        try {
            if (entered.free().tryAcquire(wanted, patience, TimeUnit.SECONDS)) {
                return new Share(client, entered.free(), wanted);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        leave(client);
        throw ListRoom.unavailable();
    }

    private void leave(String client) {
        halves.computeIfPresent(
                client,
                (_, known) ->
                        known.count() == 1 ? null : new Half(known.free(), known.count() - 1));
    }

    /** Clients that hold or want any. */
    int clients() {
        return halves.size();
    }

    /** What one list of a client takes. Closing it gives it back, however often. */
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
