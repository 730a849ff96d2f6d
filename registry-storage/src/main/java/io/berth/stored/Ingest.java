package io.berth.stored;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.registry.UploadChunk;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Moves a request's body into the storage, hashing on the way. Clients send in small pieces; the
 * storage and the hash are fed in large ones. The buffers are pooled: memory is one buffer per body
 * under way, whatever its length.
 */
final class Ingest {

    /** Large enough that the cost per call vanishes, small enough for the processor's cache. */
    static final int BUFFER_SIZE = 256 * 1024;

    private static final int POOLED = 16;

    private static final BlockingQueue<byte[]> POOL = new ArrayBlockingQueue<>(POOLED);

    private Ingest() {}

    /** Where the bytes go. */
    interface Sink {
        void write(byte[] buffer, int offset, int length);
    }

    /**
     * Copies a chunk to its end.
     *
     * @param hash fed with exactly what the sink was given; {@code null}: nobody wants it
     * @return bytes copied
     * @throws RegistryException SIZE_INVALID when it is not as long as it declares
     * @throws IOException when the body fails; the sink has been given everything before that
     */
    static long copy(UploadChunk chunk, @Nullable MessageDigest hash, Sink sink)
            throws IOException {
        byte[] buffer = take();
        try {
            long copied = copy(chunk, hash, sink, buffer);
            if (chunk.length().isPresent() && copied != chunk.length().getAsLong()) {
                throw wrongLength(chunk);
            }
            return copied;
        } finally {
            POOL.offer(buffer);
        }
    }

    private static long copy(
            UploadChunk chunk, @Nullable MessageDigest hash, Sink sink, byte[] buffer)
            throws IOException {
        InputStream body = chunk.body();
        long limit = chunk.length().orElse(Long.MAX_VALUE);
        long copied = 0;
        int filled = 0;
        try {
            while (true) {
                int read = body.read(buffer, filled, buffer.length - filled);
                if (read < 0) {
                    break;
                }
                filled += read;
                if (copied + filled > limit) {
                    throw wrongLength(chunk);
                }
                if (filled == buffer.length) {
                    flush(buffer, filled, hash, sink);
                    copied += filled;
                    filled = 0;
                }
            }
        } catch (IOException e) {
            flush(buffer, filled, hash, sink);
            throw e;
        }
        flush(buffer, filled, hash, sink);
        return copied + filled;
    }

    private static void flush(byte[] buffer, int length, @Nullable MessageDigest hash, Sink sink) {
        if (length > 0) {
            sink.write(buffer, 0, length);
            if (hash != null) {
                hash.update(buffer, 0, length);
            }
        }
    }

    /** Feeds all of a stream to a hash. */
    static void hash(InputStream content, MessageDigest hash) throws IOException {
        byte[] buffer = take();
        try {
            for (int read; (read = content.read(buffer)) >= 0; ) {
                hash.update(buffer, 0, read);
            }
        } finally {
            POOL.offer(buffer);
        }
    }

    private static byte[] take() {
        byte[] pooled = POOL.poll();
        return pooled != null ? pooled : new byte[BUFFER_SIZE];
    }

    private static RegistryException wrongLength(UploadChunk chunk) {
        return new RegistryException(
                ErrorCode.SIZE_INVALID,
                ErrorCode.SIZE_INVALID.message(),
                "expected " + chunk.length().orElse(0) + " bytes");
    }
}
