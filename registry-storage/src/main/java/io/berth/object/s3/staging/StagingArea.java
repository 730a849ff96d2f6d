package io.berth.object.s3.staging;

import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.StagedObject;
import io.berth.object.s3.bucket.BatchDeletes;
import io.berth.object.s3.bucket.Bucket;
import io.berth.object.s3.bucket.DeferredDeletes;
import io.berth.object.s3.bucket.Listings;
import io.berth.object.s3.multipart.Spool;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens handles on staged bytes, and has the components that they share. Thread-safe.
 *
 * @param comparing whether the server is known to verify the SHA-256 of content
 */
public record StagingArea(
        Bucket bucket,
        Spool spool,
        Listings listings,
        BatchDeletes deletes,
        DeferredDeletes deferred,
        TailCache tails,
        BooleanSupplier comparing) {

    private static final Logger log = LoggerFactory.getLogger(StagingArea.class);

    boolean comparesSha256() {
        return comparing.getAsBoolean();
    }

    /** A handle on an object without bytes. Makes no request. */
    public StagedObject stage(ObjectKey key) {
        tails.drop(key);
        return new StagedPieces(this, key);
    }

    /**
     * A handle on an object that has bytes. Makes no request when the state names the pieces.
     *
     * @throws NotFound when the pieces have to be listed, and there are none
     */
    public StagedObject resume(ObjectKey key, @Nullable String state) {
        Optional<PieceList> named = state == null ? Optional.empty() : PieceList.ofText(state);
        PieceList pieces = named.orElseGet(() -> find(key));
        return new StagedPieces(this, key, pieces, tails.take(key, pieces.text()));
    }

    private PieceList find(ObjectKey key) {
        String prefix = key.value() + "/";
        List<Piece> found =
                listings.all(prefix).stream()
                        .map(name -> Piece.ofName(name.substring(prefix.length())))
                        .flatMap(Optional::stream)
                        .toList();
        PieceList pieces = PieceList.of(found);
        if (pieces.count() == 0) {
            throw new NotFound(key);
        }
        return pieces;
    }

    /** Deletes pieces in the background. */
    void deleteLater(ObjectKey key, Collection<Piece> pieces) {
        deferred.add(keys(key, pieces));
    }

    /** Deletes pieces now. */
    void delete(ObjectKey key, Collection<Piece> pieces) {
        if (!pieces.isEmpty()) {
            deletes.delete(keys(key, pieces));
        }
    }

    /**
     * Deletes pieces now, because the next handle on the key may use pieces that it finds. After a
     * failure they stay, which is harmless, because their bytes are right.
     */
    void deleteIfPossible(ObjectKey key, Collection<Piece> pieces) {
        try {
            delete(key, pieces);
        } catch (ObjectStoreException e) {
            log.warn("pieces of {} that were not kept could not be deleted", key, e);
        }
    }

    /** Deletes all pieces of a key now, also those of other replicas. */
    void deleteAll(ObjectKey key) {
        tails.drop(key);
        List<String> found = listings.all(key.value() + "/");
        if (!found.isEmpty()) {
            deletes.delete(found.stream().map(ObjectKey::of).toList());
        }
    }

    private static List<ObjectKey> keys(ObjectKey key, Collection<Piece> pieces) {
        return pieces.stream().map(piece -> piece.key(key)).toList();
    }
}
