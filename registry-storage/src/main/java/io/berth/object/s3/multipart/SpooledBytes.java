package io.berth.object.s3.multipart;

import io.berth.object.RangeInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that wait to be sent: up to {@value #IN_HEAP} of them are in the heap if the {@link Spool}
 * has enough left, otherwise all are in a file. They can be read any number of times. Thread-safe;
 * a stream fails when the bytes that it reads are truncated.
 */
public final class SpooledBytes implements AutoCloseable {

    /** The most bytes that are held in the heap. */
    public static final int IN_HEAP = 256 << 10;

    private static final byte[] NONE = new byte[0];

    private final Spool spool;
    private byte[] heap = NONE;
    private @Nullable RandomAccessFile file;
    private long size;

    SpooledBytes(Spool spool) {
        this.spool = spool;
    }

    public synchronized long size() {
        return size;
    }

    /** Bytes of the heap that are reserved. */
    synchronized int inHeap() {
        return heap.length;
    }

    /**
     * Adds bytes at the end.
     *
     * @throws IOException when the file cannot be written; nothing is added then
     */
    public synchronized void append(byte[] buffer, int offset, int length) throws IOException {
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
     * Makes room for the bytes in the heap.
     *
     * @return {@code false}: the bytes have to be in a file
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

    /** Moves the bytes to a file; after a failure they are still in the heap. */
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

    /** Drops the bytes from an offset on; their space is reused. */
    public synchronized void truncate(long newSize) {
        if (newSize < 0 || newSize > size) {
            throw new IllegalArgumentException("truncate " + size + " bytes to " + newSize);
        }
        size = newSize;
    }

    private synchronized int read(long position, byte[] buffer, int offset, int length)
            throws IOException {
        int count = (int) Math.min(length, size - position);
        if (count <= 0) {
            throw new EOFException("spooled bytes were truncated or closed");
        }
        if (file == null) {
            System.arraycopy(heap, (int) position, buffer, offset, count);
        } else {
            file.seek(position);
            file.readFully(buffer, offset, count);
        }
        return count;
    }

    /** A stream of the bytes from {@code from} to before {@code to}. */
    public InputStream stream(long from, long to) {
        return new RangeStream(from, to);
    }

    /** Appends some of these bytes to others. */
    public void copyTo(SpooledBytes target, long from, long to) throws IOException {
        target.append(stream(from, to));
    }

    /** Appends all bytes of a stream. */
    public void append(InputStream in) throws IOException {
        byte[] buffer = new byte[64 << 10];
        int count;
        while ((count = in.read(buffer)) >= 0) {
            append(buffer, 0, count);
        }
    }

    /** Drops all bytes. Can be called again. */
    @Override
    public synchronized void close() {
        dropHeap();
        size = 0;
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                // The bytes are not needed any more.
            }
            file = null;
        }
    }

    private final class RangeStream extends RangeInputStream {

        private final long end;

        RangeStream(long from, long to) {
            super(to - from);
            end = to;
        }

        @Override
        protected int readSome(byte[] buffer, int offset, int length) throws IOException {
            return SpooledBytes.this.read(end - left(), buffer, offset, length);
        }

        @Override
        public int available() {
            return (int) Math.min(Integer.MAX_VALUE, left());
        }
    }
}
