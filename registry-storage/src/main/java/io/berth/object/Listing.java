package io.berth.object;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a listing.
 *
 * @param entries keys, or folded folders ending in {@code /}, each with the prefix, in order of
 *     their bytes
 * @param more whether entries may follow behind the last one
 * @param continuation to be given with the request for the next page of the same listing; {@code
 *     null}: there is nothing to be gained
 */
public record Listing(List<String> entries, boolean more, @Nullable Continuation continuation) {

    public Listing {
        entries = List.copyOf(entries);
    }

    public Listing(List<String> entries, boolean more) {
        this(entries, more, null);
    }
}
