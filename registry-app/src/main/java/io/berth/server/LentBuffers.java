package io.berth.server;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.apache.tomcat.util.net.SocketBufferHandler;

/**
 * The buffers of one connection, which has them only while a request uses them: a connection that
 * is idle holds none. What has come of a header that is not whole yet is kept in an array of just
 * its length.
 *
 * <p>Not thread-safe: used by the thread that holds the connection's lock. Tomcat closes
 * connections from other threads, also while that one is at work, and calls {@link #reset} and
 * {@link #free} there. So these leave everything as it is: a buffer that two connections use at
 * once would bring the bytes of one client to another.
 */
final class LentBuffers extends SocketBufferHandler {

    /** Bytes that are read of a header at once; most headers are shorter. */
    static final int READ_BYTES = 4 * 1024;

    /** An answer whose head and body are not longer goes out in one packet train. */
    static final int WRITE_BYTES = 16 * 1024;

    private static final ByteBuffer EMPTY = ByteBuffer.allocate(READ_BYTES).asReadOnlyBuffer();

    private static final ByteBuffer NOTHING_WRITTEN = ByteBuffer.allocate(0);
    private static final byte[] NONE = {};

    private final Pool pool;

    /**
     * In place of a buffer that is not lent; Tomcat asks for its capacity. It is this connection's
     * own, as its limit could be changed, and takes no bytes.
     */
    private final ByteBuffer nothingRead = EMPTY.duplicate().limit(0);

    private ByteBuffer read = nothingRead;
    private boolean lentRead;
    private boolean fillsRead;

    private ByteBuffer write = NOTHING_WRITTEN;
    private boolean lentWrite;
    private boolean fillsWrite = true;

    /** Bytes that come before those in {@link #read}'s place; from {@link #taken} on. */
    private byte[] kept = NONE;

    private int taken;

    /** Buffers that are not in use, for all connections. */
    static final class Pool {

        private final BlockingQueue<ByteBuffer> reads;
        private final BlockingQueue<ByteBuffer> writes;

        /**
         * @param each how many buffers of each kind are kept for the next use
         */
        Pool(int each) {
            this.reads = new ArrayBlockingQueue<>(each);
            this.writes = new ArrayBlockingQueue<>(each);
        }

        private ByteBuffer read() {
            ByteBuffer buffer = reads.poll();
            return buffer == null ? ByteBuffer.allocate(READ_BYTES) : buffer.clear();
        }

        private ByteBuffer write() {
            ByteBuffer buffer = writes.poll();
            return buffer == null ? ByteBuffer.allocate(WRITE_BYTES) : buffer.clear();
        }
    }

    LentBuffers(Pool pool) {
        super(0, 0, false);
        this.pool = pool;
    }

    /** An empty buffer to read into from the connection. */
    ByteBuffer toFill() {
        configureReadBufferForWrite();
        return read;
    }

    /** Bytes that were kept and not taken. */
    int keptBytes() {
        return kept.length - taken;
    }

    /** All that was kept, while nothing of it has been taken. */
    byte[] kept() {
        return kept;
    }

    /**
     * The first byte that the next read gives, apart from line ends before it; 0: there is none.
     */
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

    /** What the next read gives at first. */
    String peek() {
        configureReadBufferForRead();
        byte[] next = new byte[read.remaining()];
        read.get(read.position(), next);
        return new String(next, StandardCharsets.ISO_8859_1);
    }

    /**
     * Keeps what is in the read buffer behind what was kept before, and empties the buffer.
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
        giveBackRead();
        return all;
    }

    /** Hands buffers without content on to other connections. */
    void giveBack() {
        if (fillsRead ? read.position() == 0 : !read.hasRemaining()) {
            giveBackRead();
        }
        if (lentWrite && isWriteBufferEmpty()) {
            var _ = pool.writes.offer(write);
            write = NOTHING_WRITTEN;
            lentWrite = false;
            fillsWrite = true;
        }
    }

    private void giveBackRead() {
        if (lentRead) {
            var _ = pool.reads.offer(read);
            read = nothingRead;
            lentRead = false;
        }
        fillsRead = false;
    }

    @Override
    public void configureReadBufferForWrite() {
        if (fillsRead) {
            return;
        }
        if (!lentRead) {
            read = pool.read();
            lentRead = true;
        } else {
            read.compact();
        }
        fillsRead = true;
    }

    @Override
    public void configureReadBufferForRead() {
        if (fillsRead) {
            read.flip();
            fillsRead = false;
        }
        if (keptBytes() > 0 && !read.hasRemaining()) {
            takeKept();
        }
    }

    private void takeKept() {
        if (!lentRead) {
            read = pool.read();
            lentRead = true;
        }
        int count = Math.min(keptBytes(), READ_BYTES);
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
        return keptBytes() == 0 && (fillsRead ? read.position() == 0 : !read.hasRemaining());
    }

    @Override
    public void unReadReadBuffer(ByteBuffer returned) {
        configureReadBufferForRead();
        byte[] all = new byte[returned.remaining() + read.remaining() + keptBytes()];
        ByteBuffer into = ByteBuffer.wrap(all);
        into.put(returned).put(read).put(kept, taken, keptBytes());
        kept = all;
        taken = 0;
        giveBackRead();
    }

    @Override
    public void configureWriteBufferForWrite() {
        if (!lentWrite) {
            write = pool.write();
            lentWrite = true;
        } else if (!fillsWrite) {
            write.compact();
        }
        fillsWrite = true;
    }

    @Override
    public void configureWriteBufferForRead() {
        if (fillsWrite && lentWrite) {
            write.flip();
            fillsWrite = false;
        }
    }

    @Override
    public boolean isWriteBufferWritable() {
        return !lentWrite || (fillsWrite ? write.hasRemaining() : isWriteBufferEmpty());
    }

    @Override
    public ByteBuffer getWriteBuffer() {
        return write;
    }

    @Override
    public boolean isWriteBufferEmpty() {
        return !lentWrite || (fillsWrite ? write.position() == 0 : !write.hasRemaining());
    }

    /** Leaves everything as it is: no other connection comes to use these. */
    @Override
    public void reset() {}

    /** Only encryption asks for it, which has buffers of its own. */
    @Override
    public void expand(int newSize) {
        throw new UnsupportedOperationException();
    }

    /** Leaves everything as it is: what is lent goes with the connection. */
    @Override
    public void free() {}
}
