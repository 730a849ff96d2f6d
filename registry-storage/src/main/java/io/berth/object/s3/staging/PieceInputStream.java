package io.berth.object.s3.staging;

import io.berth.name.ByteRange;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.s3.bucket.Bucket;
import java.io.IOException;
import java.io.InputStream;

/**
 * Some of the bytes of a list of pieces. Throws {@link NotFound} when a piece is gone; the
 * constructor opens the first piece. Holds one connection at a time. For one thread.
 */
final class PieceInputStream extends InputStream {

    private final Bucket bucket;
    private final ObjectKey staged;
    private final PieceList list;
    private final long end;
    private long position;
    private int next;
    private InputStream in;
    private long left;

    /**
     * @param staged the key of the staged object
     * @param start offset of the first byte
     * @param end offset behind the last byte, at most the size of the list
     */
    PieceInputStream(Bucket bucket, ObjectKey staged, PieceList list, long start, long end) {
        this.bucket = bucket;
        this.staged = staged;
        this.list = list;
        this.position = start;
        this.end = end;
        while (next < list.pieces().size() && list.pieces().get(next).end() <= start) {
            next++;
        }
        in = start == end ? InputStream.nullInputStream() : openNext();
    }

    private InputStream openNext() {
        Piece piece = list.pieces().get(next++);
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
