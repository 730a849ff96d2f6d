package io.berth.object;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a listing.
 *
 * @param entries in order of the bytes of their keys
 * @param more whether entries may follow behind the last one
 * @param continuation to be given with the request for the next page of the same listing; {@code
 *     null}: there is nothing to be gained
 */
public record Listing(List<Entry> entries, boolean more, @Nullable Continuation continuation) {

    /**
     * An object, or a folded folder.
     *
     * @param key of the object, or the folder ending in {@code /}; with the prefix
     * @param info of the object, as {@link ObjectStore#head} tells it; {@code null} for a folder,
     *     and where the request did not ask for it
     */
    public record Entry(String key, @Nullable ObjectInfo info) {}

    public Listing {
        entries = List.copyOf(entries);
    }

    public Listing(List<Entry> entries, boolean more) {
        this(entries, more, null);
    }

    /** The keys of all entries, folders included. */
    public List<String> keys() {
        return entries.stream().map(Entry::key).toList();
    }
}
