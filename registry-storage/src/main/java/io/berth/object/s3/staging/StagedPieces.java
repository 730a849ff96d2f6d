package io.berth.object.s3.staging;

import io.berth.name.Digest;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.StagedObject;
import io.berth.object.s3.multipart.PartSizes;
import io.berth.object.s3.multipart.S3Writer;
import io.berth.object.s3.multipart.SingleUpload;
import io.berth.object.s3.multipart.SpooledBytes;
import io.berth.object.s3.staging.TailCache.CachedTail;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Staged bytes as pieces: objects below the key that are never changed, so that no replica can
 * damage what another one has written.
 *
 * <pre>
 * 0 ........... tail.start ... full.size ..... pieces.size ..... size
 * | full pieces | full pieces  | small pieces  | not written     |
 * |             | and here     | and here      | yet, here only  |
 * </pre>
 *
 * <p>A <em>full</em> piece is large enough to be a part. As soon as the bytes after the full pieces
 * suffice for the next one, it is written in the background while more bytes come. {@link #keep}
 * writes the bytes that are in no piece yet. With clients that send few bytes at a time this makes
 * small pieces, which S3 cannot assemble; so the next full piece contains their bytes again and
 * supersedes them.
 *
 * <p>While the object is not larger than a part, all bytes are in the tail as well, so that the
 * object is published in one request.
 *
 * <p>The tail, and each piece that is being written, take up to {@value SpooledBytes#IN_HEAP} bytes
 * of the heap, or a file.
 */
final class StagedPieces implements StagedObject {

    private enum State {
        OPEN,
        /** Published: the pieces are still there, until the handle is discarded. */
        PUBLISHED,
        FINISHED
    }

    private final StagingArea area;
    private final ObjectKey key;
    private final PartSizes sizes;
    private final PieceUploads uploads;

    /** Part of the names of the pieces; never used for two contents. */
    private String nonce = newNonce();

    /** The pieces that the next handle finds. */
    private PieceList kept;

    /** All pieces of the bytes, also those that are being written. */
    private PieceList pieces;

    /** The full pieces, with which {@link #pieces} begins. */
    private PieceList full;

    /** All pieces that may be in the bucket, also superseded ones and those that failed. */
    private final Set<Piece> written;

    /** The bytes after the full pieces, or all bytes. */
    private Tail tail;

    private State state = State.OPEN;

    /** A handle on an object without bytes. */
    StagedPieces(StagingArea area, ObjectKey key) {
        this(area, key, PieceList.EMPTY, null);
    }

    /**
     * A handle on an object that has bytes.
     *
     * @param kept its pieces
     * @param cached its tail, which this handle closes; {@code null}: the tail is not in this
     *     process
     */
    StagedPieces(StagingArea area, ObjectKey key, PieceList kept, @Nullable CachedTail cached) {
        this.area = area;
        this.key = key;
        this.sizes = new PartSizes(area.bucket().settings().multipart().chunkSize().bytes());
        this.uploads = new PieceUploads(area.bucket(), key);
        this.kept = kept;
        this.pieces = kept;
        this.full = cached == null ? kept : kept.upTo(cached.fullEnd());
        this.written = new HashSet<>(kept.pieces());
        this.tail = cached == null ? new Tail(area.spool(), kept.size()) : cached.tail();
    }

    private static String newNonce() {
        return Long.toString(ThreadLocalRandom.current().nextLong(1L << 50, 1L << 51), 36);
    }

    @Override
    public long size() {
        return tail.end();
    }

    @Override
    public void append(byte[] buffer, int offset, int length) {
        requireOpen();
        int at = 0;
        while (at < length) {
            if (hasFullPiecesInTail() && roomForAll() <= 0) {
                dropFullPiecesFromTail();
            }
            long room = sizes.of(full.count()) - (size() - full.size());
            if (room <= 0) {
                startFullPiece();
                continue;
            }
            if (hasFullPiecesInTail()) {
                room = Math.min(room, roomForAll());
            }
            int count = (int) Math.min(room, length - at);
            try {
                tail.append(buffer, offset + at, count);
            } catch (IOException e) {
                throw S3Writer.spooling(key, e);
            }
            at += count;
        }
    }

    private boolean hasFullPiecesInTail() {
        return tail.start() < full.size();
    }

    /** Bytes that can be added before the object is too large to be published in one request. */
    private long roomForAll() {
        return sizes.of(0) - size();
    }

    private void dropFullPiecesFromTail() {
        try {
            tail.dropBefore(full.size());
        } catch (IOException e) {
            throw S3Writer.spooling(key, e);
        }
    }

    /** Makes all bytes after the full pieces a full piece, which is written in the background. */
    private void startFullPiece() {
        Piece piece = new Piece(full.size(), size() - full.size(), nonce);
        written.add(piece);
        pieces = full.with(piece);
        full = pieces;
        uploads.start(piece, tail.detach());
    }

    @Override
    public void keep() {
        requireOpen();
        uploads.await();
        if (size() > pieces.size()) {
            boolean isFull = size() - full.size() >= sizes.least(full.count());
            Piece piece = write(isFull ? full.size() : pieces.size(), size());
            pieces = pieces.with(piece);
            if (isFull) {
                full = pieces;
                if (tail.start() > 0) {
                    tail.clear();
                }
            }
        }
        kept = pieces;
        area.deleteLater(key, notIn(kept));
        written.clear();
        written.addAll(kept.pieces());
    }

    /** Writes bytes of the tail as a piece. */
    private Piece write(long from, long to) {
        Piece piece = new Piece(from, to - from, nonce);
        written.add(piece);
        uploads.write(piece, tail.range(from, to));
        return piece;
    }

    private Set<Piece> notIn(PieceList used) {
        Set<Piece> rest = new HashSet<>(written);
        used.pieces().forEach(rest::remove);
        return rest;
    }

    @Override
    public String state() {
        return kept.text();
    }

    @Override
    public void truncate(long newSize) {
        requireOpen();
        if (newSize < 0 || newSize > size()) {
            throw new IllegalArgumentException("truncate " + size() + " bytes to " + newSize);
        }
        if (newSize == size()) {
            return;
        }
        boolean isKept = newSize <= kept.size();
        uploads.await(piece -> !isKept && piece.offset() < newSize);
        PieceList left = isKept ? kept.upTo(newSize) : longer(kept, pieces.upTo(newSize));
        if (tail.start() <= left.size()) {
            tail.truncate(newSize);
        } else {
            Tail fetched = fetch(isKept ? kept : pieces, left.size(), newSize);
            tail.close();
            tail = fetched;
        }
        uploads.drop();
        nonce = newNonce();
        full = left.upTo(full.size());
        pieces = left;
        if (isKept && newSize > left.size()) {
            // These bytes are in a longer piece, which has to be deleted.
            pieces = left.with(write(left.size(), newSize));
        }
        kept = pieces;
        Set<Piece> gone = notIn(kept);
        area.delete(key, gone);
        written.removeAll(gone);
    }

    private static PieceList longer(PieceList one, PieceList other) {
        return other.size() > one.size() ? other : one;
    }

    private Tail fetch(PieceList source, long from, long to) {
        Tail fetched = new Tail(area.spool(), from);
        if (from == to) {
            return fetched;
        }
        try (InputStream in = new PieceInputStream(area.bucket(), key, source, from, to)) {
            fetched.append(in);
            return fetched;
        } catch (IOException e) {
            fetched.close();
            throw new Unavailable(key.value(), "cannot read the bytes before the end", e);
        } catch (RuntimeException e) {
            fetched.close();
            throw e;
        }
    }

    @Override
    public InputStream read() {
        requireOpen();
        uploads.await();
        InputStream here = tail.range(tail.start(), size()).stream();
        return tail.start() == 0
                ? here
                : new SequenceInputStream(
                        new PieceInputStream(area.bucket(), key, pieces, 0, tail.start()), here);
    }

    @Override
    public void publish(ObjectKey target, Durability durability, @Nullable Digest content) {
        requireOpen();
        uploads.await();
        PiecePublisher publisher = new PiecePublisher(area, key, target);
        if (tail.start() == 0 && size() <= sizes.of(0)) {
            Digest compared = area.comparesSha256() ? content : null;
            SingleUpload.put(area.bucket(), target, tail.range(0, size()), compared);
        } else if (size() == pieces.size() && pieces.count() == 1) {
            publisher.copy(pieces.pieces().getFirst());
        } else {
            publisher.assemble(pieces.upTo(tail.start()), tail);
        }
        tail.close();
        state = State.PUBLISHED;
    }

    @Override
    public void discard() {
        State before = state;
        state = State.FINISHED;
        if (before == State.PUBLISHED) {
            area.deleteLater(key, written);
        } else if (before == State.OPEN) {
            uploads.cancel();
            tail.close();
            if (!written.isEmpty()) {
                area.deleteAll(key);
            }
        }
    }

    /** Deletes the pieces that are not kept, or the next handle would rely on them. */
    @Override
    public void close() {
        State before = state;
        state = State.FINISHED;
        if (before == State.FINISHED) {
            return;
        }
        uploads.await(piece -> false); // a piece that is written later would not be deleted
        uploads.drop();
        area.deleteIfPossible(key, notIn(kept));
        if (before == State.OPEN) {
            cacheTail();
        }
    }

    private void cacheTail() {
        if (tail.start() < kept.size() && kept.size() <= tail.end()) {
            tail.truncate(kept.size());
            area.tails().put(key, new CachedTail(state(), full.size(), tail));
        } else {
            tail.close();
        }
    }

    private void requireOpen() {
        if (state != State.OPEN) {
            throw new IllegalStateException("the handle is finished: " + key);
        }
    }
}
