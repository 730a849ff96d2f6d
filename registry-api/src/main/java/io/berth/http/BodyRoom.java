package io.berth.http;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Memory for bodies that are on their way in. A body takes room for what has come of it, piece by
 * piece, and for nothing that it merely announces.
 *
 * <p>Where there is no room left:
 *
 * <ol>
 *   <li>The slowest body that comes at less than {@link #SLOW} gives up what it holds, and fails:
 *       clients that stall must not keep out one that does not.
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

    private final Set<Body> bodies = new LinkedHashSet<>();
    private final long patience;
    private final LongSupplier clock;
    private long free;

    /**
     * @param bytes of all bodies together
     * @param patience nanoseconds that a body waits for room at the most
     * @param clock nanoseconds, as {@link System#nanoTime} has them
     */
    BodyRoom(long bytes, long patience, LongSupplier clock) {
        this.free = bytes;
        this.patience = patience;
        this.clock = clock;
    }

    synchronized Body enter() {
        Body body = new Body(clock.getAsLong());
        bodies.add(body);
        return body;
    }

    /** What has come of one body. Closing it gives its room back, however often. */
    final class Body implements AutoCloseable {

        private final List<byte[]> pieces = new ArrayList<>();
        private long begun;
        private int size;
        private boolean waits;
        private boolean complete;
        private boolean closed;

        private Body(long begun) {
            this.begun = begun;
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
            }
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
                    free += size;
                    BodyRoom.this.notifyAll();
                }
            }
        }

        private void requireOpen() {
            if (closed) {
                throw unavailable("the manifest came too slowly while many others came");
            }
        }

        /** Bytes per second; a body that may not be thrown out is fast. */
        private double pace(long now) {
            long nanos = now - begun;
            return complete || waits || size == 0 || nanos < BEGINNING
                    ? Double.MAX_VALUE
                    : size * 1e9 / nanos;
        }
    }

    private void take(Body body, int bytes) {
        long began = clock.getAsLong();
        body.requireOpen();
        while (free < bytes) {
            long now = clock.getAsLong();
            if (throwsOutTheSlowest(body, now)) {
                continue;
            }
            long left = patience - (now - began);
            if (left <= 0 || bodies.stream().allMatch(other -> other == body || isIdle(other))) {
                throw unavailable("too many manifests are being pushed");
            }
            await(body, left);
            body.begun += clock.getAsLong() - now; // that was not the client's time
        }
        free -= bytes;
    }

    /** Whether nothing that this body does can give room back soon. */
    private static boolean isIdle(Body body) {
        return body.waits || body.size == 0;
    }

    private boolean throwsOutTheSlowest(Body asking, long now) {
        Body slowest = null;
        for (Body body : bodies) {
            if (body != asking
                    && body.pace(now) < SLOW
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
