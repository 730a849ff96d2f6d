package io.berth.object.s3;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that wait to be sent, perhaps more than once: up to {@value #IN_HEAP} in the heap if the
 * {@link Spool} has as many left, all of them in a file otherwise. So heap use grows neither with
 * what is sent nor with how many send. Safe for use by many threads, but not while one of them
 * takes bytes away.
 */
final class SpooledBytes implements AutoCloseable {

    static final int IN_HEAP = 256 << 10;

    private static final byte[] NONE = new byte[0];

    private final Spool spool;
    private byte[] heap = NONE;
    private @Nullable RandomAccessFile file;
    private long size;

    SpooledBytes(Spool spool) {
        this.spool = spool;
    }

    synchronized long size() {
        return size;
    }

    synchronized int inHeap() {
        return heap.length;
    }

    synchronized void append(byte[] buffer, int offset, int length) throws IOException {
        if (file == null && !growsInHeap(size + length)) {
            moveToFile();
        }
        if (file == null) {
            System.arraycopy(buffer, offset, heap, (int) size, length);
        } else {
            file.seek(size);
            file.write(buffer, offset, length);
        }
        size += length;
    }

    /**
     * @return {@code false}: so many bytes do not stay in the heap
     */
    private boolean growsInHeap(long needed) {
        if (needed <= heap.length) {
            return true;
        }
        if (needed > IN_HEAP) {
            return false;
        }
        int grown = Math.clamp(2 * size, (int) needed, IN_HEAP);
        if (!spool.reserve(grown - heap.length)) {
            return false;
        }
        heap = Arrays.copyOf(heap, grown);
        return true;
    }

    /** All or nothing: a file that does not hold every byte is none. */
    private void moveToFile() throws IOException {
        RandomAccessFile opened = spool.open();
        try {
            opened.write(heap, 0, (int) size);
        } catch (IOException e) {
            opened.close();
            throw e;
        }
        file = opened;
        dropHeap();
    }

    private void dropHeap() {
        spool.release(heap.length);
        heap = NONE;
    }

    /** Takes away what is behind; the space is used again. */
    synchronized void truncate(long newSize) {
        if (newSize < 0 || newSize > size) {
            throw new IllegalArgumentException("truncate " + size + " bytes to " + newSize);
        }
        size = newSize;
    }

    private synchronized int read(long position, byte[] buffer, int offset, int length)
            throws IOException {
        int count = (int) Math.min(length, size - position);
        if (count <= 0) {
            throw new EOFException("spooled bytes were taken away");
        }
        if (file == null) {
            System.arraycopy(heap, (int) position, buffer, offset, count);
        } else {
            file.seek(position);
            file.readFully(buffer, offset, count);
        }
        return count;
    }

    /** Those from {@code from} to before {@code to}; any number of streams may be open. */
    InputStream stream(long from, long to) {
        return new Slice(from, to);
    }

    /** Appends some of these to others. */
    void copyTo(SpooledBytes target, long from, long to) throws IOException {
        target.append(stream(from, to));
    }

    /** Appends all of a stream. */
    void append(InputStream in) throws IOException {
        byte[] buffer = new byte[64 << 10];
        int count;
        while ((count = in.read(buffer)) >= 0) {
            append(buffer, 0, count);
        }
    }

    @Override
    public synchronized void close() {
        dropHeap();
        size = 0;
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                // The bytes are not wanted.
            }
            file = null;
        }
    }

    private final class Slice extends InputStream {

        private long position;
        private final long end;

        Slice(long from, long to) {
            position = from;
            end = to;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (position >= end) {
                return -1;
            }
            int wanted = (int) Math.min(length, end - position);
            int count = SpooledBytes.this.read(position, buffer, offset, wanted);
            position += count;
            return count;
        }

        @Override
        public int available() {
            return (int) Math.min(Integer.MAX_VALUE, end - position);
        }
    }
}
