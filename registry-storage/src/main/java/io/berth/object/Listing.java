package io.berth.object;

import java.util.List;

/**
 * One page of a listing.
 *
 * @param entries keys, or folded folders ending in {@code /}, each with the prefix, in order of
 *     their bytes
 * @param more whether entries may follow behind the last one
 */
public record Listing(List<String> entries, boolean more) {

    public Listing {
        entries = List.copyOf(entries);
    }
}
