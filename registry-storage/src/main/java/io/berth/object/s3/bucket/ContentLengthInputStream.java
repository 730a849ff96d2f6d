package io.berth.object.s3.bucket;

import io.berth.object.RangeInputStream;
import java.io.EOFException;
import java.io.IOException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * The body of a response: exactly Content-Length bytes, or an exception. Closing it early closes
 * the connection, unless at most {@value #DRAINED} bytes are left, which are read instead. For one
 * thread.
 */
final class ContentLengthInputStream extends RangeInputStream {

    /** Bytes that are read on close, because that is cheaper than another connection. */
    private static final int DRAINED = 8 << 10;

    private final ResponseInputStream<?> in;
    private boolean broken;

    ContentLengthInputStream(ResponseInputStream<?> in, long length) {
        super(length);
        this.in = in;
    }

    @Override
    protected int readSome(byte[] buffer, int offset, int length) throws IOException {
        int count = next(buffer, offset, length);
        if (count < 0) {
            broken = true;
            throw new EOFException("the response ended early: " + left() + " bytes missing");
        }
        return count;
    }

    private int next(byte[] buffer, int offset, int length) throws IOException {
        try {
            return in.read(buffer, offset, length);
        } catch (IOException e) {
            broken = true;
            throw e;
        } catch (SdkException e) {
            broken = true;
            throw new IOException("reading failed: " + S3Errors.reason(e), e);
        }
    }

    @Override
    public int available() {
        return 0;
    }

    @Override
    public void close() throws IOException {
        if (broken || left() > DRAINED) {
            in.abort();
            return;
        }
        try {
            in.readNBytes(DRAINED);
            in.close();
        } catch (IOException | SdkException e) {
            in.abort(); // the caller does not need the rest
        }
    }
}
