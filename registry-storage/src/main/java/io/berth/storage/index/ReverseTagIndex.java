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
 * Which tags may point at a manifest: a hint to be verified, but one that misses no tag, since it
 * is written before the tag. Kept only in an exclusive tree.
 */
public final class ReverseTagIndex {

    private static final byte[] NOTHING = {}; // the key says it all

    private final ObjectStore store;
    private final IndexCompleteness state;

    public ReverseTagIndex(ObjectStore store, IndexCompleteness state) {
        this.store = store;
        this.state = state;
    }

    /** To be called before the tag points at the manifest. */
    public void add(RepositoryName repository, Digest digest, Tag tag) {
        if (state.isKept()) {
            store.put(
                    RegistryLayout.reverseTag(repository, digest, tag),
                    NOTHING,
                    Condition.always(),
                    Durability.HINT);
        }
    }

    /** The entries about a manifest; all of them only where the index is complete. */
    public Set<ObjectKey> entriesOf(RepositoryName repository, Digest digest) {
        return new PagedListing(store, RegistryLayout.reverseTags(repository, digest))
                .stream().map(ObjectKey::of).collect(Collectors.toUnmodifiableSet());
    }

    /** The tags that entries are about, each once. */
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

    /** Takes back entries that were acted upon. */
    public void remove(Collection<ObjectKey> entries) {
        if (!entries.isEmpty()) {
            store.forget(entries);
        }
    }
}
