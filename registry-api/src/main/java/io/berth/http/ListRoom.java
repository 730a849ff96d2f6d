package io.berth.http;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Memory for lists, within bounds for all together, in two rooms of the same size.
 *
 * <p>In the one, lists are made: each first takes all the room that it may need, once, for lists
 * that held some and waited for more could wait for each other. Nothing in there waits for a client
 * that reads. In the other are documents that are being sent ({@link BodyRoom}), with what remains
 * of them: where others need room, a client that reads too slowly loses its connection. Documents
 * up to {@value #SMALL} bytes need no room to be sent.
 *
 * <p>A client never keeps the rooms to itself: its own lists wait for each other where they would
 * take more than half of one ({@link ClientShares}).
 *
 * <p>Safe for several threads.
 */
final class ListRoom {

    /** Bytes of a tag, at the most, as an item and as text. */
    static final int TAG = 400;

    /** The same of a repository's name. */
    static final int REPOSITORY = 650;

    /** The same of a page of referrers, whose length only the registry knows beforehand. */
    static final int REFERRERS = 2 << 20;

    /** Bytes that a request holds anyway. */
    static final int SMALL = 32 * 1024;

    private static final int UNIT = 1024;

    private final Semaphore making;
    private final ClientShares makers;
    private final BodyRoom sending;
    private final ClientShares senders;
    private final int units;
    private final int patience;

    /**
     * @param bytes for all lists together
     * @param patience seconds that a list waits for its room, each time that it has to
     */
    ListRoom(long bytes, int patience) {
        this(bytes, patience, System::nanoTime);
    }

    /**
     * @param clock nanoseconds, as {@link System#nanoTime} has them; of clients that read
     */
    ListRoom(long bytes, int patience, LongSupplier clock) {
        this.units = Math.clamp(bytes / 2 / UNIT, 1, Integer.MAX_VALUE);
        this.making = new Semaphore(units, true);
        this.makers = new ClientShares(units, patience);
        this.sending =
                new BodyRoom(
                        "lists", (long) units * UNIT, TimeUnit.SECONDS.toNanos(patience), clock);
        this.senders = new ClientShares(units, patience);
        this.patience = patience;
    }

    /**
     * @param bytes that a list may need; with more than there is for all, it waits for all
     * @throws RegistryException UNAVAILABLE when others take the room for too long
     */
    Place take(HttpServletRequest request, long bytes) {
        int wanted = (int) Math.min(units, bytes / UNIT + 1);
        ClientShares.Share share = makers.take(client(request), wanted);
        try {
            if (making.tryAcquire(wanted, patience, TimeUnit.SECONDS)) {
                return new Place(request, share, wanted);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        share.close();
        throw unavailable();
    }

    static RegistryException unavailable() {
        return new RegistryException(
                ErrorCode.UNAVAILABLE,
                ErrorCode.UNAVAILABLE.message(),
                "too many long lists are being sent");
    }

    private static String client(HttpServletRequest request) {
        return request.getAttribute(RegistryApi.CLIENT_ATTRIBUTE) instanceof String client
                ? client
                : request.getRemoteAddr();
    }

    /** Bytes in the room for making lists that are free. */
    long free() {
        return (long) making.availablePermits() * UNIT;
    }

    /** Room in which a list is made. For one thread. */
    final class Place implements AutoCloseable {

        private final HttpServletRequest request;
        private final ClientShares.Share share;
        private int taken;

        private Place(HttpServletRequest request, ClientShares.Share share, int taken) {
            this.request = request;
            this.share = share;
            this.taken = taken;
        }

        /**
         * Sends the document, and gives the room back in which it was made.
         *
         * @param document in pieces; not used by the caller any more
         * @throws RegistryException UNAVAILABLE where the room for sending is taken for too long;
         *     or, when the answer has begun, where the client reads too slowly
         * @throws IOException when the client's connection fails
         */
        void send(HttpServletResponse response, String type, Deque<byte[]> document)
                throws IOException {
            int length = document.stream().mapToInt(piece -> piece.length).sum();
            shrinkTo(length);
            boolean wanted = Answer.wantsContent(request);
            if (length <= SMALL || !wanted) {
                close();
                Answer.begin(response, type, length);
                if (wanted) {
                    write(response, document);
                }
                return;
            }
            try (ClientShares.Share _ = senders.take(client(request), length / UNIT + 1);
                    BodyRoom.Body body = sending.enter()) {
                body.fill(document);
                document.clear();
                close();
                Answer.begin(response, type, length);
                OutputStream out = response.getOutputStream();
                for (byte[] piece = body.next(); piece != null; piece = body.next()) {
                    out.write(piece);
                }
            }
        }

        private static void write(HttpServletResponse response, Deque<byte[]> document)
                throws IOException {
            for (byte[] piece : document) {
                response.getOutputStream().write(piece);
            }
        }

        /** Gives back all but what so many bytes need. */
        private void shrinkTo(int bytes) {
            int needed = Math.min(taken, bytes / UNIT + 1);
            making.release(taken - needed);
            taken = needed;
            share.shrinkTo(needed);
        }

        @Override
        public void close() {
            making.release(taken);
            taken = 0;
            share.close();
        }
    }
}
