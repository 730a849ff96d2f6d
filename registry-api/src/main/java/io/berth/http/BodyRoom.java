package io.berth.http;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Memory for bodies that are on their way in or out. One that comes takes room for what has come of
 * it, piece by piece, and for nothing that it merely announces. One that goes takes all of its room
 * at once, and gives it back piece by piece.
 *
 * <p>Where there is no room left:
 *
 * <ol>
 *   <li>The slowest body of those that move at less than {@link #SLOW}, or have not moved at all
 *       for a while, gives up what it holds, and fails: clients that stall must not keep out one
 *       that does not.
 *   <li>Otherwise the one that asks waits until another is done, but not for longer than a while,
 *       and not if all others wait, too: then it gives way, so that they never wait for each other.
 * </ol>
 *
 * <p>Safe for use by many threads; each body is for one.
 */
final class BodyRoom {

    /** Bytes per second, on average: less than a bad line has. */
    static final long SLOW = 32 * 1024;

    /** Nanoseconds in which no body is slow, for it has just begun. */
    private static final long BEGINNING = TimeUnit.SECONDS.toNanos(2);

    /** Nanoseconds without any movement that make a body slow, however fast it was before. */
    private static final long STANDSTILL = 2 * BEGINNING;

    private final Set<Body> bodies = new LinkedHashSet<>();
    private final long patience;
    private final LongSupplier clock;
    private final String kind;
    private final long capacity;
    private long free;

    /**
     * @param kind what the bodies are, for messages
     * @param bytes of all bodies together
     * @param patience nanoseconds that a body waits for room at the most
     * @param clock nanoseconds, as {@link System#nanoTime} has them
     */
    BodyRoom(String kind, long bytes, long patience, LongSupplier clock) {
        this.kind = kind;
        this.capacity = bytes;
        this.free = bytes;
        this.patience = patience;
        this.clock = clock;
    }

    synchronized Body enter() {
        Body body = new Body(clock.getAsLong());
        bodies.add(body);
        return body;
    }

    /** What is here of one body. Closing it gives its room back, however often. */
    final class Body implements AutoCloseable {

        private final Deque<byte[]> pieces = new ArrayDeque<>();
        private long begun;

        /** When the last piece came or went. */
        private long movedAt;

        /** Bytes that came or went since {@link #begun}. */
        private long moved;

        /** Bytes that are here. */
        private int size;

        /** Bytes of room that are taken: fewer than are here where the room is too small. */
        private long taken;

        private boolean waits;
        private boolean complete;
        private boolean closed;

        private Body(long begun) {
            this.begun = begun;
            this.movedAt = begun;
        }

        /**
         * @param piece not changed by the caller any more
         * @throws RegistryException UNAVAILABLE when there is no room, or this body had to give its
         *     own to others
         */
        void add(byte[] piece) {
            synchronized (BodyRoom.this) {
                take(this, piece.length);
                pieces.add(piece);
                size += piece.length;
                moves(piece.length);
            }
        }

        /**
         * A body that goes out. One that is larger than the room waits for all of it.
         *
         * @param all its pieces, not changed by the caller any more
         * @throws RegistryException UNAVAILABLE when there is no room
         */
        void fill(Collection<byte[]> all) {
            synchronized (BodyRoom.this) {
                int bytes = all.stream().mapToInt(piece -> piece.length).sum();
                take(this, Math.min(bytes, capacity));
                pieces.addAll(all);
                size = bytes;
                begun = clock.getAsLong();
                movedAt = begun;
            }
        }

        /**
         * Takes the next piece out. The one before has been sent.
         *
         * @return {@code null}: that was all
         * @throws RegistryException UNAVAILABLE when this body had to give its room to others
         */
        byte @Nullable [] next() {
            synchronized (BodyRoom.this) {
                requireOpen();
                byte[] piece = pieces.poll();
                if (piece != null) {
                    size -= piece.length;
                    free += taken - Math.min(taken, size);
                    taken = Math.min(taken, size);
                    moves(piece.length);
                    BodyRoom.this.notifyAll();
                }
                return piece;
            }
        }

        private void moves(int bytes) {
            moved += bytes;
            movedAt = clock.getAsLong();
        }

        /** Nothing more comes: from now on the room is not taken for another body. */
        void complete() {
            synchronized (BodyRoom.this) {
                requireOpen();
                complete = true;
            }
        }

        /** All that has come, in one piece. */
        byte[] content() {
            synchronized (BodyRoom.this) {
                requireOpen();
                byte[] content = new byte[size];
                int offset = 0;
                for (byte[] piece : pieces) {
                    System.arraycopy(piece, 0, content, offset, piece.length);
                    offset += piece.length;
                }
                return content;
            }
        }

        @Override
        public void close() {
            synchronized (BodyRoom.this) {
                if (!closed) {
                    closed = true;
                    bodies.remove(this);
                    pieces.clear();
                    free += taken;
                    taken = 0;
                    BodyRoom.this.notifyAll();
                }
            }
        }

        private void requireOpen() {
            if (closed) {
                throw unavailable(
                        "the client was too slow while there was no room for other " + kind);
            }
        }

        private boolean isSlow(long now) {
            return !complete
                    && !waits
                    && taken > 0
                    && now - begun >= BEGINNING
                    && (pace(now) < SLOW || now - movedAt >= STANDSTILL);
        }

        /** Bytes per second. */
        private double pace(long now) {
            return moved * 1e9 / (now - begun);
        }
    }

    private void take(Body body, long bytes) {
        long began = clock.getAsLong();
        body.requireOpen();
        while (free < bytes) {
            long now = clock.getAsLong();
            if (throwsOutTheSlowest(body, now)) {
                continue;
            }
            long left = patience - (now - began);
            if (left <= 0 || bodies.stream().allMatch(other -> other == body || isIdle(other))) {
                throw unavailable("too many " + kind + " are under way");
            }
            await(body, left);
            long waited = clock.getAsLong() - now; // that was not the client's time
            body.begun += waited;
            body.movedAt += waited;
        }
        free -= bytes;
        body.taken += bytes;
    }

    /** Whether nothing that this body does can give room back soon. */
    private static boolean isIdle(Body body) {
        return body.waits || body.taken == 0;
    }

    private boolean throwsOutTheSlowest(Body asking, long now) {
        Body slowest = null;
        for (Body body : bodies) {
            if (body != asking
                    && body.isSlow(now)
                    && (slowest == null || body.pace(now) < slowest.pace(now))) {
                slowest = body;
            }
        }
        if (slowest == null) {
            return false;
        }
        slowest.close();
        return true;
    }

    private void await(Body body, long nanos) {
        body.waits = true;
        try {
            // A body may become slow meanwhile: looked at again now and then.
            TimeUnit.NANOSECONDS.timedWait(this, Math.min(nanos, BEGINNING / 8));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("interrupted");
        } finally {
            body.waits = false;
        }
    }

    static RegistryException unavailable(String why) {
        return new RegistryException(ErrorCode.UNAVAILABLE, ErrorCode.UNAVAILABLE.message(), why);
    }
}
