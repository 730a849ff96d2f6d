package io.berth.object;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a listing.
 *
 * @param entries in order of the bytes of their keys
 * @param more whether there may be entries after the last one
 * @param continuation for the request for the next page of the same listing; {@code null}: the
 *     store needs none
 */
public record Listing(List<Entry> entries, boolean more, @Nullable Continuation continuation) {

    /**
     * An object, or a folded folder.
     *
     * @param key the key of the object, or the folder with its final {@code /}; including the
     *     prefix
     * @param info as {@link ObjectStore#head} returns it; {@code null} for a folder, and where the
     *     request did not ask for it
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
