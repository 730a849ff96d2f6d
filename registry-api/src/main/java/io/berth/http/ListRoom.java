package io.berth.http;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Memory for lists that are being made and sent. A list first takes all the room that it may need,
 * once: lists that held some and waited for more could wait for each other. What its document does
 * not need is given back before that is sent, for clients may be slow. Safe for several threads.
 */
final class ListRoom {

    /**
     * Bytes of a tag, at the most, as an item and as text. The text is built in an array that
     * doubles.
     */
    static final int TAG = 500;

    /** The same of a repository's name. */
    static final int REPOSITORY = 900;

    /** The same of a page of referrers, whose length only the registry knows beforehand. */
    static final int REFERRERS = 2 << 20;

    private static final int UNIT = 1024;

    private final Semaphore room;
    private final int units;
    private final int patience;

    /**
     * @param bytes for all lists together
     * @param patience seconds that a list waits for its room
     */
    ListRoom(long bytes, int patience) {
        this.units = Math.clamp(bytes / UNIT, 1, Integer.MAX_VALUE);
        this.room = new Semaphore(units, true);
        this.patience = patience;
    }

    /**
     * @param bytes that a list may need; with more than there is for all, it waits for all
     * @throws RegistryException UNAVAILABLE when others take the room for too long
     */
    Place take(long bytes) {
        int wanted = (int) Math.min(units, bytes / UNIT + 1);
        try {
            if (room.tryAcquire(wanted, patience, TimeUnit.SECONDS)) {
                return new Place(wanted);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new RegistryException(
                ErrorCode.UNAVAILABLE,
                ErrorCode.UNAVAILABLE.message(),
                "too many long lists are being sent");
    }

    /** Bytes in the room that are free. */
    long free() {
        return (long) room.availablePermits() * UNIT;
    }

    /** Room that is taken. For one thread. */
    final class Place implements AutoCloseable {

        private int taken;

        private Place(int taken) {
            this.taken = taken;
        }

        /** Gives back all but what so many bytes need. */
        void shrinkTo(int bytes) {
            int needed = Math.min(taken, bytes / UNIT + 1);
            room.release(taken - needed);
            taken = needed;
        }

        @Override
        public void close() {
            room.release(taken);
            taken = 0;
        }
    }
}
