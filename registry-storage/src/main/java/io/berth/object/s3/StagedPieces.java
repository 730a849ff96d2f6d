package io.berth.object.s3;

import io.berth.concurrent.TaskGroup;
import io.berth.name.Digest;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectStoreException.OutcomeUnknown;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.StagedObject;
import io.berth.object.s3.LocalRuns.Run;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Staged bytes as pieces: objects below the key that are never changed, so that nothing that one
 * replica does can spoil what another has.
 *
 * <p>What a handle knows of the bytes, from offset 0 to {@code size}:
 *
 * <pre>
 * 0 ........... localStart ... boundary ... pieces' end ... size
 * | pieces only | here, too                | only here      |
 *               |             | the run: to become one piece |
 * </pre>
 *
 * <p>A run that is as large as a part becomes a piece while bytes still come; {@link #keep} writes
 * what is in no piece yet. It would make a piece for every few bytes if clients send few at a time,
 * and the server joins no small ones; so once the run is large enough to be a part, it is written
 * again as one piece, and the small ones in it are superseded.
 *
 * <p>Up to the size of a part, all bytes stay here from offset 0: such an object is then written
 * from here in one request.
 *
 * <p>Takes up to {@value SpooledBytes#IN_HEAP} bytes of the heap for the run and each piece that is
 * being sent, and a file for each that is larger.
 */
final class StagedPieces implements StagedObject {

    /** A piece that is being written while bytes still come. */
    private static final class Flight {
        private final Piece piece;
        private final SpooledBytes bytes;
        private volatile boolean landed;

        Flight(Piece piece, SpooledBytes bytes) {
            this.piece = piece;
            this.bytes = bytes;
        }
    }

    private final StagingArea area;
    private final ObjectKey key;
    private final PartSizes sizes;

    /** Never used for two contents. */
    private String nonce = newNonce();

    /** What is there for whoever resumes. */
    private PieceChain kept;

    /** As {@link #kept}, with what is not promised yet. */
    private PieceChain pieces;

    /** Written, but not in {@link #pieces} any more. */
    private final List<Piece> superseded = new ArrayList<>();

    private TaskGroup sending = new TaskGroup(PartUpload.SENT_AT_A_TIME);
    private final List<Flight> flights = new ArrayList<>();

    /** Whether there may be pieces of this key. */
    private boolean touched;

    private SpooledBytes local;
    private long localStart;
    private long boundary;

    /** How many pieces end at or before {@link #boundary}. */
    private int index;

    private long size;
    private boolean finished;

    /** Whether the pieces are of no use any more once this is discarded. */
    private boolean published;

    /** A handle on nothing yet. */
    StagedPieces(StagingArea area, ObjectKey key) {
        this(area, key, PieceChain.EMPTY, null);
        touched = false;
    }

    /**
     * @param kept what is there
     * @param run what of it is here; this handle's to close
     */
    StagedPieces(StagingArea area, ObjectKey key, PieceChain kept, @Nullable Run run) {
        this.area = area;
        this.key = key;
        this.sizes = new PartSizes(area.bucket().options().chunkSize());
        this.kept = kept;
        this.pieces = kept;
        this.size = kept.size();
        this.local = run == null ? area.spool().bytes() : run.bytes();
        this.localStart = run == null ? size : run.start();
        setBoundary(run == null ? size : run.boundary());
        this.touched = true;
    }

    private static String newNonce() {
        return Long.toString(ThreadLocalRandom.current().nextLong(1L << 50, 1L << 51), 36);
    }

    private void setBoundary(long offset) {
        boundary = offset;
        index = pieces.upTo(offset).pieces().size();
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void append(byte[] buffer, int offset, int length) {
        requireOpen();
        int at = 0;
        while (at < length) {
            long whole = sizes.of(0) - (size - localStart);
            if (localStart < boundary && whole <= 0) {
                leaveStart();
            }
            long room = sizes.of(index) - (size - boundary);
            if (room <= 0) {
                sendRun();
                continue;
            }
            if (localStart < boundary) {
                room = Math.min(room, whole);
            }
            int count = (int) Math.min(room, length - at);
            try {
                local.append(buffer, offset + at, count);
            } catch (IOException e) {
                throw S3Writer.spooling(key, e);
            }
            size += count;
            at += count;
        }
    }

    /** The object has grown too large to be written from here in one request. */
    private void leaveStart() {
        SpooledBytes run = area.spool().bytes();
        try {
            local.copyTo(run, boundary - localStart, size - localStart);
        } catch (IOException e) {
            run.close();
            throw S3Writer.spooling(key, e);
        }
        local.close();
        local = run;
        localStart = boundary;
    }

    /** Makes the run a piece, which is written while bytes still come. */
    private void sendRun() {
        Flight flight = new Flight(new Piece(boundary, size - boundary, nonce), local);
        flights.add(flight);
        supersede(flight.piece);
        local = area.spool().bytes();
        localStart = size;
        setBoundary(size);
        sending.run(() -> land(flight));
    }

    private void supersede(Piece piece) {
        superseded.addAll(pieces.from(piece.offset()));
        pieces = pieces.with(piece);
    }

    private void land(Flight flight) {
        write(flight.piece, flight.bytes, 0);
        flight.landed = true;
        flight.bytes.close();
    }

    /**
     * @param from where in {@code bytes} the piece begins
     */
    private void write(Piece piece, SpooledBytes bytes, long from) {
        touched = true;
        try {
            S3Writer.put(area.bucket(), piece.key(key), bytes, from, from + piece.length(), null);
        } catch (OutcomeUnknown e) {
            // What may be there now is what should be there, but nobody counts on it.
            throw new Unavailable(key.value(), "cannot keep all bytes", e);
        }
    }

    /** Until the pieces are written that were sent; those that failed get another chance. */
    private void settle() {
        try {
            sending.await();
        } catch (ObjectStoreException e) {
            sending = new TaskGroup(PartUpload.SENT_AT_A_TIME);
        }
        for (Flight flight : flights) {
            if (!flight.landed) {
                land(flight);
            }
        }
        flights.clear();
    }

    @Override
    public void keep() {
        requireOpen();
        settle();
        if (size > pieces.size()) {
            boolean large = size - boundary >= sizes.least(index);
            long from = large ? boundary : pieces.size();
            Piece piece = new Piece(from, size - from, nonce);
            write(piece, local, from - localStart);
            supersede(piece);
            if (large) {
                startRun();
            }
        }
        kept = pieces;
        area.forget(key, superseded);
        superseded.clear();
    }

    private void startRun() {
        setBoundary(size);
        if (localStart > 0) {
            local.truncate(0);
            localStart = size;
        }
    }

    @Override
    public String state() {
        return kept.text();
    }

    @Override
    public void truncate(long newSize) {
        requireOpen();
        if (newSize < 0 || newSize > size) {
            throw new IllegalArgumentException("truncate " + size + " bytes to " + newSize);
        }
        if (newSize == size) {
            return;
        }
        nonce = newNonce();
        dropFailed();
        PieceChain left = longer(kept.upTo(newSize), pieces.upTo(newSize));
        takeBack(left.size(), newSize);
        if (newSize < kept.size() && newSize > left.size()) {
            // These bytes were promised, and the piece that has them must go.
            Piece rest = new Piece(left.size(), newSize - left.size(), nonce);
            write(rest, local, left.size() - localStart);
            left = left.with(rest);
        }
        Set<Piece> gone = new HashSet<>(kept.pieces());
        gone.addAll(pieces.pieces());
        gone.addAll(superseded);
        left.pieces().forEach(gone::remove);
        area.remove(key, gone);
        superseded.clear();
        kept = left;
        pieces = left;
        setBoundary(Math.min(boundary, left.size()));
        size = newSize;
    }

    private static PieceChain longer(PieceChain one, PieceChain other) {
        return other.size() > one.size() ? other : one;
    }

    /**
     * Waits for the pieces that were sent, and leaves those out that failed, for whatever reason,
     * and what follows.
     */
    private void dropFailed() {
        try {
            sending.await();
        } catch (RuntimeException | Error e) {
            sending = new TaskGroup(PartUpload.SENT_AT_A_TIME);
        }
        for (Flight flight : flights) {
            if (!flight.landed) {
                superseded.addAll(pieces.from(flight.piece.offset()));
                pieces = pieces.upTo(flight.piece.offset());
            }
            flight.bytes.close();
        }
        flights.clear();
    }

    /** Has the bytes from an offset to the new end here, which may mean to fetch them. */
    private void takeBack(long from, long newSize) {
        if (localStart <= from) {
            local.truncate(newSize - localStart);
            return;
        }
        SpooledBytes fetched = area.spool().bytes();
        if (newSize > from) {
            PieceChain source = longer(kept, pieces);
            try (InputStream in = new PieceStream(area.bucket(), key, source, from, newSize)) {
                fetched.append(in);
            } catch (IOException e) {
                fetched.close();
                throw new Unavailable(key.value(), "cannot take bytes back", e);
            }
        }
        local.close();
        local = fetched;
        localStart = from;
        boundary = from;
    }

    @Override
    public InputStream read() {
        requireOpen();
        settle();
        InputStream here = local.stream(0, size - localStart);
        return localStart == 0
                ? here
                : new SequenceInputStream(
                        new PieceStream(area.bucket(), key, pieces, 0, localStart), here);
    }

    @Override
    public void publish(ObjectKey target, Durability durability, @Nullable Digest content) {
        requireOpen();
        settle();
        PiecePublisher publisher = new PiecePublisher(area, key, target);
        if (localStart == 0 && size <= sizes.of(0)) {
            Digest compared = area.sha256() ? content : null;
            S3Writer.put(area.bucket(), target, local, 0, size, compared);
        } else if (size == pieces.size() && pieces.pieces().size() == 1) {
            publisher.copy(pieces.pieces().getFirst());
        } else {
            publisher.assemble(pieces.upTo(localStart).pieces(), local, localStart, size);
        }
        finish();
        published = true;
    }

    @Override
    public void discard() {
        if (published) {
            published = false;
            superseded.addAll(pieces.pieces());
            area.forget(key, superseded);
            return;
        }
        if (finished) {
            return;
        }
        sending.cancel();
        finish();
        if (touched) {
            area.removeAll(key);
        }
    }

    @Override
    public void close() {
        if (published) {
            published = false;
            removeUnkept(pieces);
            return;
        }
        if (finished) {
            return;
        }
        PieceChain sent = pieces;
        dropFailed(); // what comes late must not outlive what is removed
        removeUnkept(sent);
        SpooledBytes run = local;
        local = area.spool().bytes();
        finish();
        if (localStart < kept.size()) {
            run.truncate(kept.size() - localStart);
            area.runs().put(key, new Run(state(), localStart, boundary, run));
        } else {
            run.close();
        }
    }

    private void removeUnkept(PieceChain sent) {
        List<Piece> unkept = new ArrayList<>(sent.pieces());
        unkept.removeAll(new HashSet<>(kept.pieces()));
        area.removeIfPossible(key, unkept);
    }

    private void finish() {
        finished = true;
        local.close();
        flights.forEach(flight -> flight.bytes.close());
        flights.clear();
    }

    private void requireOpen() {
        if (finished) {
            throw new IllegalStateException("the handle is finished: " + key);
        }
    }
}
