package io.berth.object.s3.staging;

import io.berth.name.ByteRange;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.RangeInputStream;
import io.berth.object.s3.bucket.Bucket;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads a range of a list of pieces. Throws {@link NotFound} when a piece does not exist; the
 * constructor opens the first piece. Holds one connection at a time. For one thread.
 */
final class PieceInputStream extends RangeInputStream {

    private final Bucket bucket;
    private final ObjectKey staged;
    private final PieceList list;
    private final long end;
    private int next;
    private InputStream in;
    private long leftOfPiece;

    /**
     * @param staged the key of the staged object
     * @param start offset of the first byte
     * @param end offset after the last byte, at most the size of the list
     */
    PieceInputStream(Bucket bucket, ObjectKey staged, PieceList list, long start, long end) {
        super(end - start);
        this.bucket = bucket;
        this.staged = staged;
        this.list = list;
        this.end = end;
        while (next < list.pieces().size() && list.pieces().get(next).end() <= start) {
            next++;
        }
        in = start == end ? InputStream.nullInputStream() : openNext();
    }

    private InputStream openNext() {
        Piece piece = list.pieces().get(next++);
        long position = end - left();
        long last = Math.min(end, piece.end()) - 1;
        leftOfPiece = last + 1 - position;
        try {
            return bucket.open(
                    piece.key(staged),
                    new ByteRange(position - piece.offset(), last - piece.offset()));
        } catch (NotFound e) {
            throw new NotFound(staged);
        }
    }

    @Override
    protected int readSome(byte[] buffer, int offset, int length) throws IOException {
        if (leftOfPiece == 0) {
            in.close();
            in = openNext();
        }
        int count = in.read(buffer, offset, (int) Math.min(length, leftOfPiece));
        leftOfPiece -= count;
        return count;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
