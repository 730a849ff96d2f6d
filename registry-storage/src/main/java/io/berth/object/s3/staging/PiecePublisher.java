package io.berth.object.s3.staging;

import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.s3.bucket.Bucket;
import io.berth.object.s3.bucket.Retries;
import io.berth.object.s3.bucket.S3Clients;
import io.berth.object.s3.bucket.S3Errors;
import io.berth.object.s3.multipart.MultipartUpload;
import io.berth.object.s3.multipart.PartSizes;
import io.berth.object.s3.multipart.SpooledBytes;
import io.berth.object.s3.multipart.SpooledRange;
import io.berth.object.s3.staging.PartPlan.Part;
import io.berth.object.s3.staging.PartPlan.Source;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;

/**
 * Assembles an object from pieces, by copies inside the server where possible. Some servers, such
 * as Cloudflare R2, require all parts but the last to be equally long and refuse other ones at the
 * end; then the object is assembled again from equal parts.
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

    /**
     * Copies a piece with all bytes of the object: in one request, or in ranges when it is large.
     */
    void copy(Piece piece) {
        if (piece.length() > bucket.settings().multipart().multipartCopyThresholdSize().bytes()) {
            assemble(List.of(new Source(piece, 0, piece.length())), null);
            return;
        }
        bucket.sentinel().requireForWrite();
        CopyObjectRequest request = bucket.copy(piece.key(staged), target, piece.length()).build();
        try {
            Retries.repeat(
                    target,
                    S3Clients.copyTimeout(piece.length()),
                    () -> bucket.clients().longRunning.copyObject(request));
        } catch (SdkException e) {
            throw bucket.sentinel().absent(staged);
        }
    }

    /**
     * Assembles an object.
     *
     * @param before the pieces of the bytes before the tail
     */
    void assemble(PieceList before, Tail tail) {
        List<Source> sources = new ArrayList<>();
        for (Piece piece : before.pieces()) {
            sources.add(new Source(piece, piece.offset(), piece.end()));
        }
        if (tail.length() > 0) {
            sources.add(new Source(null, tail.start(), tail.end()));
        }
        assemble(sources, tail);
    }

    private void assemble(List<Source> sources, @Nullable Tail tail) {
        List<Part> parts =
                PartPlan.of(
                        sources, bucket.settings().multipart().multipartCopyChunkSize().bytes());
        if (parts.size() > PartSizes.MAX_PARTS) {
            throw new Unavailable(
                    staged.value(),
                    "the upload has too many pieces: "
                            + parts.size()
                            + "; send it in larger chunks",
                    null);
        }
        try {
            upload(parts, tail);
        } catch (Unavailable e) {
            boolean refused = e.getCause() instanceof SdkException s && S3Errors.isInvalidPart(s);
            if (!refused || PartPlan.areEqual(parts)) {
                throw e;
            }
            long size = sources.getLast().to();
            long least = Math.ceilDiv(size, PartSizes.MAX_PARTS);
            long length = Math.max(bucket.settings().multipart().chunkSize().bytes(), least);
            upload(PartPlan.equal(sources, length), tail);
        }
    }

    private void upload(List<Part> parts, @Nullable Tail tail) {
        MultipartUpload upload = MultipartUpload.begin(bucket, target);
        boolean complete = false;
        try {
            for (int i = 0; i < parts.size(); i++) {
                add(upload, i + 1, parts.get(i), tail);
            }
            upload.complete(parts.stream().mapToLong(Part::length).sum());
            complete = true;
        } finally {
            if (!complete) {
                upload.abort();
            }
        }
    }

    private void add(MultipartUpload upload, int number, Part part, @Nullable Tail tail) {
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
        } else if (tail != null && part.sources().size() == 1) {
            upload.send(number, () -> tail.range(first.from(), first.to()), () -> {});
        } else {
            SpooledBytes joined = area.spool().bytes();
            upload.send(
                    number,
                    () -> {
                        join(part, tail, joined);
                        return new SpooledRange(joined, 0, joined.size());
                    },
                    joined::close);
        }
    }

    private void join(Part part, @Nullable Tail tail, SpooledBytes joined) {
        for (Source source : part.sources()) {
            try (InputStream in = open(source, tail)) {
                joined.append(in);
            } catch (IOException e) {
                throw new Unavailable(staged.value(), "cannot read the bytes of a part", e);
            }
        }
    }

    private InputStream open(Source source, @Nullable Tail tail) {
        Piece piece = source.piece();
        if (piece != null) {
            PieceList alone =
                    new PieceList(List.of(piece)); // a list that begins at the offset of the piece
            return new PieceInputStream(bucket, staged, alone, source.from(), source.to());
        }
        if (tail == null) {
            throw new IllegalStateException("there is no tail");
        }
        return tail.range(source.from(), source.to()).stream();
    }
}
