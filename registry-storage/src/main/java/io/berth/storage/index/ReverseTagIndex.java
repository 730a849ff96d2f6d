package io.berth.storage.index;

import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.storage.tree.EntryTimestamps;
import io.berth.storage.tree.PagedListing;
import io.berth.storage.tree.RegistryLayout;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The tags that may point at each manifest. An entry is written before its tag, so a complete index
 * misses no tag; but an entry may be outdated, so the tag must be verified. Kept only in an
 * exclusive tree. Safe for use by many threads.
 */
public final class ReverseTagIndex {

    private static final byte[] NOTHING = {}; // all information is in the key

    private final ObjectStore store;
    private final IndexCompleteness state;

    public ReverseTagIndex(ObjectStore store, IndexCompleteness state) {
        this.store = store;
        this.state = state;
    }

    /** Adds an entry, before the tag points at the manifest. */
    public void add(RepositoryName repository, Digest digest, Tag tag) {
        if (state.isKept()) {
            store.put(
                    RegistryLayout.reverseTag(repository, digest, tag),
                    NOTHING,
                    Condition.always(),
                    Durability.HINT);
        }
    }

    /** The entries of a manifest; they are all only where the index is complete. */
    public Set<ObjectKey> entriesOf(RepositoryName repository, Digest digest) {
        return new PagedListing(store, RegistryLayout.reverseTags(repository, digest))
                .stream().map(ObjectKey::of).collect(Collectors.toUnmodifiableSet());
    }

    /** The tags of entries, sorted and without duplicates. */
    public static List<Tag> tagsOf(Collection<ObjectKey> entries) {
        return entries.stream()
                .map(ObjectKey::value)
                .map(key -> EntryTimestamps.unstamped(key.substring(key.lastIndexOf('/') + 1)))
                .filter(Tag::isValid)
                .distinct()
                .sorted()
                .map(Tag::of)
                .toList();
    }

    /** Removes entries whose tags do not point at the manifest any more; now or soon. */
    public void remove(Collection<ObjectKey> entries) {
        if (!entries.isEmpty()) {
            store.forget(entries);
        }
    }
}
