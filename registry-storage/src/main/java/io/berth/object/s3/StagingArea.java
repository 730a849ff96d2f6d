package io.berth.object.s3;

import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.StagedObject;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    private static final Logger log = LoggerFactory.getLogger(StagingArea.class);

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

    /**
     * Now or never: the next handle on the key may count on pieces that it finds. Those that cannot
     * be removed hold the right bytes, and stay.
     */
    void removeIfPossible(ObjectKey key, Collection<Piece> pieces) {
        try {
            remove(key, pieces);
        } catch (ObjectStoreException e) {
            log.warn("pieces of {} that were not kept could not be removed", key, e);
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
