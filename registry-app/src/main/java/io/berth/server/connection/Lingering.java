package io.berth.server.connection;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * The end of a connection whose client may still send: what it sends is discarded for a while, so
 * that it receives the answer. For one thread at a time.
 */
final class Lingering {

    private final ConnectionChannel channel;
    private final PooledBuffers buffers;
    private final int maxBytes;
    private final long until;
    private int bytes;

    /**
     * Ends the output.
     *
     * @param maxBytes bytes to discard altogether
     */
    Lingering(ConnectionChannel channel, PooledBuffers buffers, int maxBytes, long millis)
            throws IOException {
        this.channel = channel;
        this.buffers = buffers;
        this.maxBytes = maxBytes;
        this.until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        channel.endOutput();
    }

    /**
     * Reads and discards, with TLS without decrypting.
     *
     * @return milliseconds for which to go on; 0: the connection can be closed
     */
    long discard() throws IOException {
        ByteBuffer buffer = buffers.emptyReadBuffer();
        int count;
        do {
            count = channel.getIOChannel().read(buffer.clear());
            bytes += Math.max(count, 0);
        } while (count > 0 && bytes < maxBytes);
        buffer.clear();
        buffers.release();
        long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
        return count < 0 || bytes >= maxBytes ? 0 : Math.max(left, 0);
    }
}
