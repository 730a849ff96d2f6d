package io.berth.object.s3;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * The bytes that an answer promised: all of them, or an exception. Closed early it leaves the rest
 * unread unless that is next to nothing.
 */
final class ExactStream extends InputStream {

    /** Reading so much is cheaper than another connection. */
    private static final int WORTH_READING = 8 << 10;

    private final ResponseInputStream<?> in;
    private long missing;
    private boolean broken;

    ExactStream(ResponseInputStream<?> in, long length) {
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
            throw new IOException("reading was given up: " + Failures.reason(e), e);
        }
    }

    @Override
    public int available() {
        return 0;
    }

    @Override
    public void close() throws IOException {
        if (broken || missing > WORTH_READING) {
            in.abort();
            return;
        }
        try {
            in.readNBytes(WORTH_READING);
            in.close();
        } catch (IOException | SdkException e) {
            in.abort(); // what was wanted had been read
        }
    }
}
