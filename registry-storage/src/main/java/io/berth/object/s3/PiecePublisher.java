package io.berth.object.s3;

import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.s3.PartPlan.Part;
import io.berth.object.s3.PartPlan.Source;
import io.berth.object.s3.PartUpload.Slice;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;

/**
 * Makes an object of pieces, inside the server as far as it can be. A server that wants all parts
 * but the last to be equally long, as Cloudflare R2 does, refuses others at the end; then it is
 * done once more with such parts.
 */
final class PiecePublisher {

    private final StagingArea area;
    private final Bucket bucket;
    private final ObjectKey staged;
    private final ObjectKey target;

    PiecePublisher(StagingArea area, ObjectKey staged, ObjectKey target) {
        this.area = area;
        this.bucket = area.bucket();
        this.staged = staged;
        this.target = target;
    }

    /** A piece that is all of it: in one request, or in several at once when it is large. */
    void copy(Piece piece) {
        if (piece.length() > bucket.options().multipartCopyThresholdSize()) {
            send(List.of(new Source(piece, 0, piece.length())), null, 0, piece.length());
            return;
        }
        bucket.sentinel().requireForWrite();
        CopyObjectRequest request = bucket.copy(piece.key(staged), target, piece.length()).build();
        try {
            Attempts.repeat(
                    target,
                    Clients.timeFor(piece.length()).multipliedBy(2),
                    () -> bucket.clients().patient.copyObject(request));
        } catch (SdkException e) {
            throw bucket.sentinel().absent(staged);
        }
    }

    /**
     * @param pieces up to {@code localStart}
     * @param local the bytes from there to {@code size}
     */
    void assemble(List<Piece> pieces, SpooledBytes local, long localStart, long size) {
        List<Source> sources = new ArrayList<>();
        pieces.forEach(piece -> sources.add(new Source(piece, piece.offset(), piece.end())));
        if (size > localStart) {
            sources.add(new Source(null, localStart, size));
        }
        send(sources, local, localStart, size);
    }

    private void send(
            List<Source> sources, @Nullable SpooledBytes local, long localStart, long size) {
        List<Part> parts = PartPlan.of(sources, bucket.options().multipartCopyChunkSize());
        if (parts.size() > PartSizes.MAX_PARTS) {
            throw new Unavailable(staged.value(), "too many pieces: " + parts.size(), null);
        }
        try {
            sendParts(parts, local, localStart, size);
        } catch (Unavailable e) {
            boolean refused = e.getCause() instanceof SdkException s && Failures.isInvalidPart(s);
            if (!refused || PartPlan.areEqual(parts)) {
                throw e;
            }
            long least = Math.ceilDiv(size, PartSizes.MAX_PARTS);
            long length = Math.max(bucket.options().chunkSize(), least);
            sendParts(PartPlan.equal(sources, length), local, localStart, size);
        }
    }

    private void sendParts(
            List<Part> parts, @Nullable SpooledBytes local, long localStart, long size) {
        PartUpload upload = PartUpload.begin(bucket, target);
        boolean complete = false;
        try {
            for (int i = 0; i < parts.size(); i++) {
                send(upload, i + 1, parts.get(i), local, localStart);
            }
            upload.complete(size);
            complete = true;
        } finally {
            if (!complete) {
                upload.abort();
            }
        }
    }

    private void send(
            PartUpload upload,
            int number,
            Part part,
            @Nullable SpooledBytes local,
            long localStart) {
        Piece copied = part.copied();
        Source first = part.sources().getFirst();
        if (copied != null) {
            upload.copy(
                    number,
                    copied.key(staged),
                    staged,
                    first.from() - copied.offset(),
                    first.to() - copied.offset(),
                    first.length() == copied.length());
        } else if (local != null && part.sources().size() == 1) {
            long from = first.from() - localStart;
            long to = first.to() - localStart;
            upload.send(number, () -> new Slice(local, from, to), () -> {});
        } else {
            SpooledBytes joined = area.spool().bytes();
            upload.send(
                    number,
                    () -> {
                        join(part, local, localStart, joined);
                        return new Slice(joined, 0, joined.size());
                    },
                    joined::close);
        }
    }

    private void join(
            Part part, @Nullable SpooledBytes local, long localStart, SpooledBytes joined) {
        for (Source source : part.sources()) {
            try (InputStream in = bytes(source, local, localStart)) {
                joined.append(in);
            } catch (IOException e) {
                throw new Unavailable(staged.value(), "cannot read the bytes of a part", e);
            }
        }
    }

    private InputStream bytes(Source source, @Nullable SpooledBytes local, long localStart) {
        Piece piece = source.piece();
        if (piece != null) {
            // The chain of this piece alone: offsets are those of the staged object.
            PieceChain alone = new PieceChain(List.of(piece));
            return new PieceStream(bucket, staged, alone, source.from(), source.to());
        }
        if (local == null) {
            throw new IllegalStateException("no bytes are here");
        }
        return local.stream(source.from() - localStart, source.to() - localStart);
    }
}
