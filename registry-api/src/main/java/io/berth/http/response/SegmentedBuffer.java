package io.berth.http.response;

import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** Collects bytes in segments, each of which can be released once it is sent. For one thread. */
final class SegmentedBuffer extends OutputStream {

    /** Bytes of a full segment. */
    static final int SIZE = 16 * 1024;

    private final Deque<byte[]> full = new ArrayDeque<>();
    private byte[] last = new byte[512];
    private int count;

    @Override
    public void write(int one) {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        int from = offset;
        int left = length;
        while (left > 0) {
            if (count == last.length) {
                grow();
            }
            int copied = Math.min(left, last.length - count);
            System.arraycopy(bytes, from, last, count, copied);
            count += copied;
            from += copied;
            left -= copied;
        }
    }

    private void grow() {
        if (last.length < SIZE) {
            last = Arrays.copyOf(last, 2 * last.length);
        } else {
            full.add(last);
            last = new byte[SIZE];
            count = 0;
        }
    }

    /** The segments; nothing may be written afterwards. */
    Deque<byte[]> end() {
        full.add(Arrays.copyOf(last, count));
        return full;
    }
}
