package io.berth.object.s3;

import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.StagedObject;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What handles on staged bytes share.
 *
 * @param comparing whether the server is known to compare content with its SHA-256
 */
record StagingArea(
        Bucket bucket,
        Spool spool,
        Listings listings,
        Deletes deletes,
        ForgetQueue forgotten,
        LocalRuns runs,
        BooleanSupplier comparing) {

    boolean sha256() {
        return comparing.getAsBoolean();
    }

    /** Makes no request: there is nothing yet. */
    StagedObject stage(ObjectKey key) {
        runs.drop(key);
        return new StagedPieces(this, key);
    }

    /** Makes no request when the state tells what there is. */
    StagedObject resume(ObjectKey key, @Nullable String state) {
        Optional<PieceChain> told = state == null ? Optional.empty() : PieceChain.ofText(state);
        PieceChain chain = told.orElseGet(() -> find(key));
        return new StagedPieces(this, key, chain, runs.take(key, chain.text()));
    }

    private PieceChain find(ObjectKey key) {
        String prefix = key.value() + "/";
        List<Piece> found =
                listings.all(prefix).stream()
                        .map(name -> Piece.ofName(name.substring(prefix.length())))
                        .flatMap(Optional::stream)
                        .toList();
        PieceChain chain = PieceChain.of(found);
        if (chain.pieces().isEmpty()) {
            throw new NotFound(key);
        }
        return chain;
    }

    /** Some time soon. */
    void forget(ObjectKey key, Collection<Piece> pieces) {
        forgotten.add(keys(key, pieces));
    }

    /** Now. */
    void remove(ObjectKey key, Collection<Piece> pieces) {
        if (!pieces.isEmpty()) {
            deletes.all(keys(key, pieces));
        }
    }

    /** Now, and whoever made them. */
    void removeAll(ObjectKey key) {
        runs.drop(key);
        List<String> found = listings.all(key.value() + "/");
        if (!found.isEmpty()) {
            deletes.all(found.stream().map(ObjectKey::of).toList());
        }
    }

    private static List<ObjectKey> keys(ObjectKey key, Collection<Piece> pieces) {
        return pieces.stream().map(piece -> piece.key(key)).toList();
    }
}
