package io.berth.http.body;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.http.message.ClientId;
import io.berth.http.response.Responses;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Bounded memory for lists, in two halves.
 *
 * <p>The first is for making lists: a list reserves all that it may need at once, as lists that
 * hold some memory and wait for more could wait for each other. No list that holds it waits for a
 * client. The second is for sending documents ({@link BodyMemory}): what is not yet sent of each
 * holds memory, and where other lists need that memory, a client that reads too slowly loses its
 * connection. Documents of up to {@value #SMALL_BYTES} bytes need none.
 *
 * <p>The lists of one client take at most half of each half ({@link ClientShares}), and wait for
 * each other beyond that.
 *
 * <p>Safe for several threads.
 */
public final class ListMemory {

    /** The most bytes for a tag in a list: the item and its text in the document together. */
    public static final int TAG_BYTES = 400;

    /** Bytes for a repository's name in a list. */
    public static final int REPOSITORY_BYTES = 650;

    /** Bytes for a page of referrers, whose length only the registry knows in advance. */
    public static final int REFERRERS_BYTES = 2 << 20;

    /** Bytes of the largest document that is sent without a reservation. */
    static final int SMALL_BYTES = 32 * 1024;

    private static final int UNIT_BYTES = 1024;

    private final Semaphore making;
    private final ClientShares makers;
    private final BodyMemory sending;
    private final ClientShares senders;
    private final int units;
    private final int timeout;

    /**
     * Memory without reservations.
     *
     * @param bytes for all lists together
     * @param timeout seconds that a list waits for memory, each time that it has to
     */
    public ListMemory(long bytes, int timeout) {
        this(bytes, timeout, System::nanoTime);
    }

    /**
     * @param clock nanoseconds, as of {@link System#nanoTime}; measures how fast clients read
     */
    ListMemory(long bytes, int timeout, LongSupplier clock) {
        this.units = Math.clamp(bytes / 2 / UNIT_BYTES, 1, Integer.MAX_VALUE);
        this.making = new Semaphore(units, true);
        this.makers = new ClientShares(units, timeout);
        this.sending =
                new BodyMemory(
                        "lists",
                        (long) units * UNIT_BYTES,
                        TimeUnit.SECONDS.toNanos(timeout),
                        clock);
        this.senders = new ClientShares(units, timeout);
        this.timeout = timeout;
    }

    /**
     * Reserves memory to make a list.
     *
     * @param bytes that the list may need; one that needs more than there is reserves all
     * @throws RegistryException UNAVAILABLE after the timeout
     */
    public Reservation reserve(HttpServletRequest request, long bytes) {
        int wanted = (int) Math.min(units, bytes / UNIT_BYTES + 1);
        ClientShares.Share share = makers.take(ClientId.of(request), wanted);
        try {
            if (making.tryAcquire(wanted, timeout, TimeUnit.SECONDS)) {
                return new Reservation(request, share, wanted);
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
                "too many long lists are being made or sent");
    }

    /** Free bytes for making lists. */
    long free() {
        return (long) making.availablePermits() * UNIT_BYTES;
    }

    /** Memory in which a list is made; closing this releases the memory. For one thread. */
    public final class Reservation implements AutoCloseable {

        private final HttpServletRequest request;
        private final ClientShares.Share share;
        private int taken;

        private Reservation(HttpServletRequest request, ClientShares.Share share, int taken) {
            this.request = request;
            this.share = share;
            this.taken = taken;
        }

        /**
         * Sends the document of the list, and releases this memory as soon as possible.
         *
         * @param document in segments; not used by the caller any more
         * @throws RegistryException UNAVAILABLE when there was no memory for sending until the
         *     timeout, or, after the answer has begun, when the client reads too slowly
         * @throws IOException when the client's connection fails
         */
        public void send(HttpServletResponse response, String type, Deque<byte[]> document)
                throws IOException {
            int length = document.stream().mapToInt(segment -> segment.length).sum();
            shrinkTo(length);
            boolean wanted = Responses.wantsContent(request);
            if (length <= SMALL_BYTES || !wanted) {
                close();
                Responses.begin(response, type, length);
                if (wanted) {
                    write(response, document);
                }
                return;
            }
            try (ClientShares.Share _ =
                            senders.take(ClientId.of(request), length / UNIT_BYTES + 1);
                    BodyMemory.Body body = sending.newBody()) {
                body.fill(document);
                document.clear();
                close();
                Responses.begin(response, type, length);
                OutputStream out = response.getOutputStream();
                for (byte[] segment = body.next(); segment != null; segment = body.next()) {
                    out.write(segment);
                }
            }
        }

        private static void write(HttpServletResponse response, Deque<byte[]> document)
                throws IOException {
            for (byte[] segment : document) {
                response.getOutputStream().write(segment);
            }
        }

        /** Releases what is not needed for so many bytes. */
        private void shrinkTo(int bytes) {
            int needed = Math.min(taken, bytes / UNIT_BYTES + 1);
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
