package io.berth.http.body;

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
 * Bounded memory for bodies that are received or sent. A body that is received reserves memory for
 * each segment that has come, and none for a length that is merely declared. A body that is sent
 * reserves all of its memory at once, and releases it segment by segment.
 *
 * <p>Where no memory is left:
 *
 * <ol>
 *   <li>The slowest of the bodies whose transfer rate is below {@link #SLOW}, or that have stalled,
 *       is evicted: its memory is released, and its request fails. So stalled clients do not keep
 *       others out.
 *   <li>Otherwise the body that needs memory waits until others release some, up to a timeout. It
 *       fails at once if all others wait as well, so that they never wait for each other.
 * </ol>
 *
 * <p>Safe for use by many threads; each body is for one thread.
 */
final class BodyMemory {

    /** Bytes per second, on average: less than a slow network has. */
    static final long SLOW = 32 * 1024;

    /** Nanoseconds from the beginning of a body during which it is not considered slow. */
    private static final long GRACE = TimeUnit.SECONDS.toNanos(2);

    /** Nanoseconds without any transfer after which a body is slow, however fast it was before. */
    private static final long STALL = 2 * GRACE;

    private final Set<Body> bodies = new LinkedHashSet<>();
    private final long timeout;
    private final LongSupplier clock;
    private final String kind;
    private final long capacity;
    private long free;

    /**
     * @param kind what the bodies are, for messages
     * @param bytes memory for all bodies
     * @param timeout nanoseconds that a body waits for memory
     * @param clock nanoseconds, as of {@link System#nanoTime}
     */
    BodyMemory(String kind, long bytes, long timeout, LongSupplier clock) {
        this.kind = kind;
        this.capacity = bytes;
        this.free = bytes;
        this.timeout = timeout;
        this.clock = clock;
    }

    /** A body without content. */
    synchronized Body newBody() {
        Body body = new Body(clock.getAsLong());
        bodies.add(body);
        return body;
    }

    /**
     * The part of a body that is in memory. Closing it releases its memory; closing it again has no
     * effect.
     */
    final class Body implements AutoCloseable {

        private final Deque<byte[]> segments = new ArrayDeque<>();
        private long begun;

        /** When the last segment was transferred. */
        private long movedAt;

        /** Bytes that were transferred since {@link #begun}. */
        private long moved;

        /** Bytes that are in memory. */
        private int size;

        /** Reserved bytes: fewer than {@link #size} only for a body larger than all memory. */
        private long reserved;

        private boolean waits;
        private boolean complete;
        private boolean closed;

        private Body(long begun) {
            this.begun = begun;
            this.movedAt = begun;
        }

        /**
         * Adds a segment that was received.
         *
         * @param segment not changed by the caller any more
         * @throws RegistryException UNAVAILABLE when there is no memory, or this body was evicted
         */
        void add(byte[] segment) {
            synchronized (BodyMemory.this) {
                reserve(this, segment.length);
                segments.add(segment);
                size += segment.length;
                transferred(segment.length);
            }
        }

        /**
         * Sets the content of a body that is sent. One that is larger than all memory reserves all
         * of it.
         *
         * @param all its segments, not changed by the caller any more
         * @throws RegistryException UNAVAILABLE when there is no memory
         */
        void fill(Collection<byte[]> all) {
            synchronized (BodyMemory.this) {
                int bytes = all.stream().mapToInt(segment -> segment.length).sum();
                reserve(this, Math.min(bytes, capacity));
                segments.addAll(all);
                size = bytes;
                begun = clock.getAsLong();
                movedAt = begun;
            }
        }

        /**
         * Removes the next segment, which is to be sent. The one before has been sent.
         *
         * @return {@code null} when there are no more
         * @throws RegistryException UNAVAILABLE when this body was evicted
         */
        byte @Nullable [] next() {
            synchronized (BodyMemory.this) {
                requireOpen();
                byte[] segment = segments.poll();
                if (segment != null) {
                    size -= segment.length;
                    free += reserved - Math.min(reserved, size);
                    reserved = Math.min(reserved, size);
                    transferred(segment.length);
                    BodyMemory.this.notifyAll();
                }
                return segment;
            }
        }

        private void transferred(int bytes) {
            moved += bytes;
            movedAt = clock.getAsLong();
        }

        /** Notes that the whole body was received: from now on it is not evicted. */
        void complete() {
            synchronized (BodyMemory.this) {
                requireOpen();
                complete = true;
            }
        }

        /** The whole content. */
        byte[] content() {
            synchronized (BodyMemory.this) {
                requireOpen();
                byte[] content = new byte[size];
                int offset = 0;
                for (byte[] segment : segments) {
                    System.arraycopy(segment, 0, content, offset, segment.length);
                    offset += segment.length;
                }
                return content;
            }
        }

        @Override
        public void close() {
            synchronized (BodyMemory.this) {
                if (!closed) {
                    closed = true;
                    bodies.remove(this);
                    segments.clear();
                    free += reserved;
                    reserved = 0;
                    BodyMemory.this.notifyAll();
                }
            }
        }

        private void requireOpen() {
            if (closed) {
                throw unavailable(
                        "the client was too slow while other " + kind + " waited for memory");
            }
        }

        private boolean isSlow(long now) {
            return !complete
                    && !waits
                    && reserved > 0
                    && now - begun >= GRACE
                    && (rate(now) < SLOW || now - movedAt >= STALL);
        }

        /** Bytes per second. */
        private double rate(long now) {
            return moved * 1e9 / (now - begun);
        }
    }

    private void reserve(Body body, long bytes) {
        long began = clock.getAsLong();
        body.requireOpen();
        while (free < bytes) {
            long now = clock.getAsLong();
            if (evictSlowest(body, now)) {
                continue;
            }
            long left = timeout - (now - began);
            if (left <= 0 || bodies.stream().allMatch(other -> other == body || isIdle(other))) {
                throw unavailable("too many " + kind + " are being transferred");
            }
            await(body, left);
            long waited = clock.getAsLong() - now; // is not the client's slowness
            body.begun += waited;
            body.movedAt += waited;
        }
        free -= bytes;
        body.reserved += bytes;
    }

    /** Whether this body cannot release memory soon. */
    private static boolean isIdle(Body body) {
        return body.waits || body.reserved == 0;
    }

    private boolean evictSlowest(Body asking, long now) {
        Body slowest = null;
        for (Body body : bodies) {
            if (body != asking
                    && body.isSlow(now)
                    && (slowest == null || body.rate(now) < slowest.rate(now))) {
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
            // Checked from time to time, as a body may become slow meanwhile.
            TimeUnit.NANOSECONDS.timedWait(this, Math.min(nanos, GRACE / 8));
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
