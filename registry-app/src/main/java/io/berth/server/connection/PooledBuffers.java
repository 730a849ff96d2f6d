package io.berth.server.connection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.apache.tomcat.util.net.SocketBufferHandler;

/**
 * The buffers of one connection, which are taken from a pool while a request uses them: an idle
 * connection holds none. The bytes of an incomplete header are kept in an array of just their
 * length.
 *
 * <p>For the thread that holds the connection's lock. Tomcat closes connections from other threads,
 * even while that thread is at work, and then calls {@link #reset} and {@link #free}. Therefore
 * these do nothing: a buffer in use by two connections would send the bytes of one client to
 * another.
 */
final class PooledBuffers extends SocketBufferHandler {

    /** Size of a read buffer; most headers are shorter. */
    static final int READ_BYTES = 4 * 1024;

    /** Size of a write buffer; a short response is written at once with its header. */
    static final int WRITE_BYTES = 16 * 1024;

    /**
     * Size of a read buffer with TLS, and of one for encrypted bytes: a whole record. As the two
     * are of one size, a read decrypts all whole records that have come, and the poller tells of
     * more.
     */
    static final int RECORD_BYTES = 17 * 1024;

    private static final ByteBuffer NOTHING_WRITTEN = ByteBuffer.allocate(0);
    private static final byte[] NONE = {};

    private final Pool pool;

    /**
     * Stands for a read buffer when there is none: empty, with the capacity that Tomcat expects.
     * Each connection has its own, as Tomcat could change the limit of a shared one.
     */
    private final ByteBuffer nothingRead;

    private ByteBuffer read;
    private boolean readPooled;
    private boolean readFilling;

    private ByteBuffer write = NOTHING_WRITTEN;
    private boolean writePooled;
    private boolean writeFilling = true;

    /** Bytes to be read before those in {@link #read}, from index {@link #taken} on. */
    private byte[] kept = NONE;

    private int taken;

    /** Unused buffers of all connections. */
    static final class Pool {

        private final BlockingQueue<ByteBuffer> reads;
        private final BlockingQueue<ByteBuffer> writes;
        private final int readBytes;
        private final ByteBuffer empty;

        /**
         * @param threads that work at the same time, for each of which it keeps unused buffers
         * @param tls whether read buffers are those of connections with TLS
         */
        Pool(int threads, boolean tls) {
            // With TLS a thread reads into one, decrypts from one and encrypts into one.
            this.reads = new ArrayBlockingQueue<>(tls ? 3 * threads : threads);
            this.writes = new ArrayBlockingQueue<>(threads);
            this.readBytes = tls ? RECORD_BYTES : READ_BYTES;
            this.empty = ByteBuffer.allocate(readBytes).asReadOnlyBuffer();
        }

        /** An empty read buffer. */
        ByteBuffer read() {
            ByteBuffer buffer = reads.poll();
            return buffer == null ? ByteBuffer.allocate(readBytes) : buffer.clear();
        }

        /** Takes back a buffer of {@link #read}, which nothing uses any more. */
        void giveBack(ByteBuffer buffer) {
            var _ = reads.offer(buffer); // garbage when there are enough
        }

        private ByteBuffer write() {
            ByteBuffer buffer = writes.poll();
            return buffer == null ? ByteBuffer.allocate(WRITE_BYTES) : buffer.clear();
        }
    }

    PooledBuffers(Pool pool) {
        super(0, 0, false);
        this.pool = pool;
        this.nothingRead = pool.empty.duplicate().limit(0);
        this.read = nothingRead;
    }

    /** A buffer to read into. */
    ByteBuffer emptyReadBuffer() {
        configureReadBufferForWrite();
        return read;
    }

    /** Number of bytes that were kept and not read yet. */
    int keptBytes() {
        return kept.length - taken;
    }

    /** All that was kept; to be called before any of it is read. */
    byte[] kept() {
        return kept;
    }

    /** The first byte to be read, not counting line ends before it; 0 when there is none. */
    byte first() {
        configureReadBufferForRead();
        for (int i = read.position(); i < read.limit(); i++) {
            byte next = read.get(i);
            if (next != '\r' && next != '\n') {
                return next;
            }
        }
        return 0;
    }

    /** The bytes in the read buffer, as ISO 8859-1; they are still to be read. */
    String peek() {
        configureReadBufferForRead();
        byte[] next = new byte[read.remaining()];
        read.get(read.position(), next);
        return new String(next, StandardCharsets.ISO_8859_1);
    }

    /**
     * Appends the content of the read buffer to what is kept, and releases the buffer.
     *
     * @return all that is kept
     */
    byte[] keep() {
        configureReadBufferForRead();
        int count = read.remaining();
        byte[] all = new byte[kept.length + count];
        System.arraycopy(kept, 0, all, 0, kept.length);
        read.get(all, kept.length, count);
        kept = all;
        releaseRead();
        return all;
    }

    /** Returns empty buffers to the pool. */
    void release() {
        if (readFilling ? read.position() == 0 : !read.hasRemaining()) {
            releaseRead();
        }
        if (writePooled && isWriteBufferEmpty()) {
            var _ = pool.writes.offer(write);
            write = NOTHING_WRITTEN;
            writePooled = false;
            writeFilling = true;
        }
    }

    private void releaseRead() {
        if (readPooled) {
            pool.giveBack(read);
            read = nothingRead;
            readPooled = false;
        }
        readFilling = false;
    }

    @Override
    public void configureReadBufferForWrite() {
        if (readFilling) {
            return;
        }
        if (!readPooled) {
            read = pool.read();
            readPooled = true;
        } else {
            read.compact();
        }
        readFilling = true;
    }

    @Override
    public void configureReadBufferForRead() {
        if (readFilling) {
            read.flip();
            readFilling = false;
        }
        if (keptBytes() > 0 && !read.hasRemaining()) {
            takeKept();
        }
    }

    private void takeKept() {
        if (!readPooled) {
            read = pool.read();
            readPooled = true;
        }
        int count = Math.min(keptBytes(), pool.readBytes);
        read.clear().put(kept, taken, count).flip();
        taken += count;
        if (taken == kept.length) {
            kept = NONE;
            taken = 0;
        }
    }

    @Override
    public ByteBuffer getReadBuffer() {
        return read;
    }

    @Override
    public boolean isReadBufferEmpty() {
        return keptBytes() == 0 && (readFilling ? read.position() == 0 : !read.hasRemaining());
    }

    @Override
    public void unReadReadBuffer(ByteBuffer returned) {
        configureReadBufferForRead();
        byte[] all = new byte[returned.remaining() + read.remaining() + keptBytes()];
        ByteBuffer into = ByteBuffer.wrap(all);
        into.put(returned).put(read).put(kept, taken, keptBytes());
        kept = all;
        taken = 0;
        releaseRead();
    }

    @Override
    public void configureWriteBufferForWrite() {
        if (!writePooled) {
            write = pool.write();
            writePooled = true;
        } else if (!writeFilling) {
            write.compact();
        }
        writeFilling = true;
    }

    @Override
    public void configureWriteBufferForRead() {
        if (writeFilling && writePooled) {
            write.flip();
            writeFilling = false;
        }
    }

    @Override
    public boolean isWriteBufferWritable() {
        return !writePooled || (writeFilling ? write.hasRemaining() : isWriteBufferEmpty());
    }

    @Override
    public ByteBuffer getWriteBuffer() {
        return write;
    }

    @Override
    public boolean isWriteBufferEmpty() {
        return !writePooled || (writeFilling ? write.position() == 0 : !write.hasRemaining());
    }

    /** Does nothing: no other connection will use these buffers. */
    @Override
    public void reset() {}

    /**
     * Only called for TLS, before the handshake, and for a record that does not fit.
     *
     * @throws UncheckedIOException for a record that is larger than TLS allows
     */
    @Override
    public void expand(int newSize) {
        if (newSize > pool.readBytes || (readFilling && read.position() > 0)) {
            throw new UncheckedIOException(new IOException("a TLS record is too large"));
        }
    }

    /** Does nothing: the garbage collector takes the buffers with the connection. */
    @Override
    public void free() {}
}
