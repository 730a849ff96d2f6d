package io.berth.storage.upload;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.registry.UploadChunk;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Copies request bodies to a sink, the store and the hash. Clients send small blocks; the sink gets
 * large ones.
 *
 * <p>Memory: a copy that waits for its client has a buffer of {@value #WAITING_BYTES} bytes. A copy
 * whose body has bytes {@link InputStream#available} takes a buffer of {@value #BUFFER_BYTES} bytes
 * from a bounded pool, and returns it before it waits again. A copy that gets none goes on with its
 * small buffer, which only costs more processor time. So a client that stalls never makes another
 * one wait.
 *
 * <p>Safe for use by many threads.
 */
final class BodyCopier {

    /**
     * Bytes written in one call. On a disk, 64 KiB cost a large push 5 % more processor time,
     * because each system call has a fixed cost.
     */
    static final int BUFFER_BYTES = 256 * 1024;

    /** Bytes of the small buffer that each copy has. */
    static final int WAITING_BYTES = 8 * 1024;

    /** Number of large buffers that are kept while no copy needs them. */
    private static final int MAX_IDLE = 16;

    private final int buffers;
    private final Semaphore free;
    private final BlockingQueue<byte[]> idle = new ArrayBlockingQueue<>(MAX_IDLE);

    /**
     * @param poolBytes bytes of all large buffers together, at most; zero: there are none
     */
    BodyCopier(long poolBytes) {
        buffers = (int) Math.min(poolBytes / BUFFER_BYTES, Integer.MAX_VALUE);
        free = new Semaphore(buffers);
    }

    /** Receives the bytes: the store and the hash. */
    interface Sink {
        void write(byte[] buffer, int offset, int length);
    }

    /**
     * Copies a chunk to its end.
     *
     * @return bytes copied
     * @throws RegistryException SIZE_INVALID when the body is not as long as the chunk declares
     * @throws IOException when reading the body fails; the sink has been given all bytes before the
     *     failure, and the exception is the same if the sink refuses them
     */
    long copy(UploadChunk chunk, Sink sink) throws IOException {
        try (Copy copy = new Copy(chunk, sink)) {
            return copy.run();
        }
    }

    /** The copy of one chunk. For one thread. */
    private final class Copy implements AutoCloseable {

        private final UploadChunk chunk;
        private final Sink sink;
        private final byte[] small = new byte[WAITING_BYTES];

        /** A buffer of the pool; {@code null} while {@link #small} is used. */
        private byte @Nullable [] large;

        /** Number of bytes in the current buffer. */
        private int filled;

        private long copied;

        Copy(UploadChunk chunk, Sink sink) {
            this.chunk = chunk;
            this.sink = sink;
        }

        long run() throws IOException {
            try {
                long limit = chunk.length().orElse(Long.MAX_VALUE);
                while (readMore()) {
                    if (copied + filled > limit) {
                        throw wrongLength(chunk);
                    }
                }
            } catch (IOException e) {
                flushAfter(e);
                throw e;
            }
            flush();
            if (chunk.length().isPresent() && copied != chunk.length().getAsLong()) {
                throw wrongLength(chunk);
            }
            return copied;
        }

        /**
         * Reads once, after flushing or changing the buffer if necessary.
         *
         * @return {@code false} at the end of the body
         */
        private boolean readMore() throws IOException {
            boolean waits = chunk.body().available() <= 0;
            if (waits && large != null) {
                flush();
                releaseLarge();
            } else if (filled == buffer().length && (waits || !growsLarge())) {
                flush();
            }
            byte[] buffer = buffer();
            int read = chunk.body().read(buffer, filled, buffer.length - filled);
            filled += Math.max(read, 0);
            return read >= 0;
        }

        private byte[] buffer() {
            return large == null ? small : large;
        }

        private boolean growsLarge() {
            byte[] taken = large == null ? take() : null;
            if (taken == null) {
                return false;
            }
            System.arraycopy(small, 0, taken, 0, filled);
            large = taken;
            return true;
        }

        private void flush() {
            if (filled > 0) {
                sink.write(buffer(), 0, filled);
                copied += filled;
                filled = 0;
            }
        }

        /** Flushes after the body has failed. A refusal by the sink is only suppressed. */
        private void flushAfter(IOException failure) {
            try {
                flush();
            } catch (RegistryException e) {
                failure.addSuppressed(e); // another request has taken over, or ended the session
            }
        }

        private void releaseLarge() {
            if (large != null) {
                release(large);
                large = null;
            }
        }

        @Override
        public void close() {
            releaseLarge();
        }
    }

    /** Updates a hash with all bytes of a stream. */
    void hash(InputStream content, MessageDigest hash) throws IOException {
        byte[] large = take();
        byte[] buffer = large == null ? new byte[WAITING_BYTES] : large;
        try {
            for (int read; (read = content.read(buffer)) >= 0; ) {
                hash.update(buffer, 0, read);
            }
        } finally {
            if (large != null) {
                release(large);
            }
        }
    }

    /** Number of large buffers in use. */
    int largeInUse() {
        return buffers - free.availablePermits();
    }

    /**
     * Takes a large buffer.
     *
     * @return {@code null} when all are in use
     */
    private byte @Nullable [] take() {
        if (!free.tryAcquire()) {
            return null;
        }
        byte[] pooled = idle.poll();
        return pooled != null ? pooled : new byte[BUFFER_BYTES];
    }

    private void release(byte[] buffer) {
        var _ = idle.offer(buffer); // else it is garbage
        free.release();
    }

    private static RegistryException wrongLength(UploadChunk chunk) {
        return new RegistryException(
                ErrorCode.SIZE_INVALID,
                ErrorCode.SIZE_INVALID.message(),
                "expected " + chunk.length().orElse(0) + " bytes");
    }
}
