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
 * Moves a request's body to where it is stored and hashed. Clients send in small pieces; storage
 * and hash are fed in large ones.
 *
 * <p>Memory: a body that waits for its client holds {@value #WAITING_BYTES} bytes. A body whose
 * bytes are there, as {@link InputStream#available} tells, takes a buffer of {@value #BUFFER_BYTES}
 * bytes from a pool and returns it before it waits again. The pool has a bound; a body that gets no
 * buffer goes on in small pieces, which costs more processor time and nothing else. So a client
 * that stalls never makes another one wait.
 *
 * <p>Safe for use by many threads.
 */
final class BodyCopier {

    /**
     * Bytes written in one call. On a disk, 64 KiB cost a large push 5 % more processor time: the
     * system does for each call what it does for its first byte.
     */
    static final int BUFFER_BYTES = 256 * 1024;

    /** What each body under way holds, whatever its client does. */
    static final int WAITING_BYTES = 8 * 1024;

    /** Buffers that are kept although no body needs them. */
    private static final int MOST_IDLE = 16;

    private final int buffers;
    private final Semaphore free;
    private final BlockingQueue<byte[]> idle = new ArrayBlockingQueue<>(MOST_IDLE);

    /**
     * @param poolBytes the most bytes of all large buffers together; zero: bodies have none
     */
    BodyCopier(long poolBytes) {
        buffers = (int) Math.min(poolBytes / BUFFER_BYTES, Integer.MAX_VALUE);
        free = new Semaphore(buffers);
    }

    /** Where the bytes go: storage and hash. */
    interface Sink {
        void write(byte[] buffer, int offset, int length);
    }

    /**
     * Copies a chunk to its end.
     *
     * @return bytes copied
     * @throws RegistryException SIZE_INVALID when it is not as long as it declares
     * @throws IOException when the body fails, also if the sink then refuses what came before; the
     *     sink has been given everything before that
     */
    long copy(UploadChunk chunk, Sink sink) throws IOException {
        try (Copy copy = new Copy(chunk, sink)) {
            return copy.run();
        }
    }

    /** One chunk on its way. For one thread. */
    private final class Copy implements AutoCloseable {

        private final UploadChunk chunk;
        private final Sink sink;
        private final byte[] small = new byte[WAITING_BYTES];

        /** One of the pool's; {@code null} while {@link #small} is used. */
        private byte @Nullable [] large;

        /** Bytes in the buffer that is used. */
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

        /** A body that has failed is not refused as well: no client is left to tell. */
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

    /** Feeds all of a stream to a hash. */
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

    /** Large buffers that bodies hold at this moment. */
    int largeInUse() {
        return buffers - free.availablePermits();
    }

    /**
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
