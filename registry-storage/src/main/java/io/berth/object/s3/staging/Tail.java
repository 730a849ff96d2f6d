package io.berth.object.s3.staging;

import io.berth.object.s3.multipart.Spool;
import io.berth.object.s3.multipart.SpooledBytes;
import io.berth.object.s3.multipart.SpooledRange;
import java.io.IOException;
import java.io.InputStream;

/**
 * The last bytes of a staged object, spooled here. All offsets are those of the staged object. For
 * one thread.
 */
final class Tail implements AutoCloseable {

    private final Spool spool;
    private SpooledBytes bytes;
    private long start;
    private long end;

    /**
     * An empty tail.
     *
     * @param start where it begins
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

    /** Offset behind the last byte. */
    long end() {
        return end;
    }

    long length() {
        return end - start;
    }

    /** Adds bytes at the end, or none when this fails. */
    void append(byte[] buffer, int offset, int count) throws IOException {
        bytes.append(buffer, offset, count);
        end += count;
    }

    /** Adds all bytes of a stream, or some when this fails. */
    void append(InputStream in) throws IOException {
        try {
            bytes.append(in);
        } finally {
            end = start + bytes.size();
        }
    }

    /** The bytes from {@code from} to before {@code to}, which must be here. */
    SpooledRange range(long from, long to) {
        return new SpooledRange(bytes, from - start, to - start);
    }

    /** Drops the bytes from an offset on. */
    void truncate(long newEnd) {
        bytes.truncate(newEnd - start);
        end = newEnd;
    }

    /** Drops the bytes before an offset, or nothing when this fails. */
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

    /** Drops all bytes, and goes on where they ended. */
    void clear() {
        bytes.truncate(0);
        start = end;
    }

    /** Hands over all bytes for the caller to close, and goes on where they ended. */
    SpooledBytes detach() {
        SpooledBytes detached = bytes;
        bytes = spool.bytes();
        start = end;
        return detached;
    }

    /** Frees the bytes. The offsets stay as they are. */
    @Override
    public void close() {
        bytes.close();
    }
}
