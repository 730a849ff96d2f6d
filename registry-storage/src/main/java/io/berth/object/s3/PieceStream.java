package io.berth.object.s3;

import io.berth.name.ByteRange;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.NotFound;
import java.io.IOException;
import java.io.InputStream;

/**
 * Some of the bytes of a chain of pieces, one after the other. Reading throws {@link NotFound} when
 * a piece is gone; the first is opened at once, so that this shows early.
 */
final class PieceStream extends InputStream {

    private final Bucket bucket;
    private final ObjectKey staged;
    private final PieceChain chain;
    private final long end;
    private long position;
    private int next;
    private InputStream in;
    private long left;

    /**
     * @param end behind the last byte; the chain reaches at least so far
     */
    PieceStream(Bucket bucket, ObjectKey staged, PieceChain chain, long start, long end) {
        this.bucket = bucket;
        this.staged = staged;
        this.chain = chain;
        this.position = start;
        this.end = end;
        while (next < chain.pieces().size() && chain.pieces().get(next).end() <= start) {
            next++;
        }
        in = start == end ? InputStream.nullInputStream() : openNext();
    }

    private InputStream openNext() {
        Piece piece = chain.pieces().get(next++);
        long last = Math.min(end, piece.end()) - 1;
        left = last + 1 - position;
        try {
            return bucket.open(
                    piece.key(staged),
                    new ByteRange(position - piece.offset(), last - piece.offset()));
        } catch (NotFound e) {
            throw new NotFound(staged);
        }
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
        if (position == end) {
            return -1;
        }
        if (left == 0) {
            in.close();
            in = openNext();
        }
        int count = in.read(buffer, offset, (int) Math.min(length, left));
        position += count;
        left -= count;
        return count;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
