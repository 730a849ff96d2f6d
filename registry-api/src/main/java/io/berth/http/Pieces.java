package io.berth.http;

import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** Gathers bytes in pieces, so that each can be let go of when it has been sent. For one thread. */
final class Pieces extends OutputStream {

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

    /** All that was written. Nothing more may be. */
    Deque<byte[]> end() {
        full.add(Arrays.copyOf(last, count));
        return full;
    }
}
