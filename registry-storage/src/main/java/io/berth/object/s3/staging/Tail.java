package io.berth.object.s3.staging;

import io.berth.object.s3.multipart.Spool;
import io.berth.object.s3.multipart.SpooledBytes;
import io.berth.object.s3.multipart.SpooledRange;
import java.io.IOException;
import java.io.InputStream;

/**
 * The last bytes of a staged object, spooled in this process. All offsets are offsets in the staged
 * object. For one thread.
 */
final class Tail implements AutoCloseable {

    private final Spool spool;
    private SpooledBytes bytes;
    private long start;
    private long end;

    /**
     * An empty tail.
     *
     * @param start offset of its first byte
     */
    Tail(Spool spool, long start) {
        this.spool = spool;
        this.bytes = spool.bytes();
        this.start = start;
        this.end = start;
    }

    /** Offset of the first byte. */
    long start() {
        return start;
    }

    /** Offset after the last byte. */
    long end() {
        return end;
    }

    long length() {
        return end - start;
    }

    /** Adds bytes at the end; none after a failure. */
    void append(byte[] buffer, int offset, int count) throws IOException {
        bytes.append(buffer, offset, count);
        end += count;
    }

    /** Adds all bytes of a stream; some of them after a failure. */
    void append(InputStream in) throws IOException {
        try {
            bytes.append(in);
        } finally {
            end = start + bytes.size();
        }
    }

    /** The bytes from {@code from} to before {@code to}, which must be in the tail. */
    SpooledRange range(long from, long to) {
        return new SpooledRange(bytes, from - start, to - start);
    }

    /** Drops the bytes from an offset on. */
    void truncate(long newEnd) {
        bytes.truncate(newEnd - start);
        end = newEnd;
    }

    /** Drops the bytes before an offset; nothing after a failure. */
    void dropBefore(long offset) throws IOException {
        SpooledBytes rest = spool.bytes();
        try {
            bytes.copyTo(rest, offset - start, end - start);
        } catch (IOException e) {
            rest.close();
            throw e;
        }
        bytes.close();
        bytes = rest;
        start = offset;
    }

    /** Drops all bytes; the empty tail begins at their end. */
    void clear() {
        bytes.truncate(0);
        start = end;
    }

    /** Returns all bytes, which the caller closes; the empty tail begins at their end. */
    SpooledBytes detach() {
        SpooledBytes detached = bytes;
        bytes = spool.bytes();
        start = end;
        return detached;
    }

    /** Frees the bytes. The offsets do not change. */
    @Override
    public void close() {
        bytes.close();
    }
}
