package io.berth.object.s3.bucket;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * The body of an answer: exactly as many bytes as it announced, or an exception. Closing it early
 * closes the connection, unless so little is left that it is read instead.
 */
final class ContentLengthInputStream extends InputStream {

    /** Bytes that are read on close, because that is cheaper than another connection. */
    private static final int DRAINED = 8 << 10;

    private final ResponseInputStream<?> in;
    private long missing;
    private boolean broken;

    ContentLengthInputStream(ResponseInputStream<?> in, long length) {
        this.in = in;
        this.missing = length;
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
        if (missing == 0) {
            return -1;
        }
        int count = next(buffer, offset, (int) Math.min(length, missing));
        if (count < 0) {
            broken = true;
            throw new EOFException("the answer ended early: " + missing + " bytes missing");
        }
        missing -= count;
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
        if (broken || missing > DRAINED) {
            in.abort();
            return;
        }
        try {
            in.readNBytes(DRAINED);
            in.close();
        } catch (IOException | SdkException e) {
            in.abort(); // the caller has read what it wanted
        }
    }
}
