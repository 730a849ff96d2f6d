package io.berth.stored;

import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which tags may point at a manifest: a hint to be verified, but one that misses no tag, since it
 * is written before the tag. Kept only in an exclusive tree.
 */
final class TagIndex {

    private static final byte[] NOTHING = {}; // the key says it all

    private final ObjectStore store;
    private final IndexState state;

    TagIndex(ObjectStore store, IndexState state) {
        this.store = store;
        this.state = state;
    }

    /** To be called before the tag points at the manifest. */
    void add(RepositoryName repository, Digest digest, Tag tag) {
        if (state.isKept()) {
            store.put(
                    RegistryLayout.taggedAs(repository, digest, tag),
                    NOTHING,
                    Condition.always(),
                    Durability.HINT);
        }
    }

    /** The entries about a manifest; all of them only where the index is complete. */
    Set<ObjectKey> entriesOf(RepositoryName repository, Digest digest) {
        return new Keys(store, RegistryLayout.taggedAs(repository, digest))
                .stream().map(ObjectKey::of).collect(Collectors.toUnmodifiableSet());
    }

    /** The tags that entries are about, each once. */
    static List<Tag> tagsOf(Collection<ObjectKey> entries) {
        return entries.stream()
                .map(ObjectKey::value)
                .map(key -> Stamps.unstamped(key.substring(key.lastIndexOf('/') + 1)))
                .filter(Tag::isValid)
                .distinct()
                .sorted()
                .map(Tag::of)
                .toList();
    }

    /** Takes back entries that were acted upon. */
    void remove(Collection<ObjectKey> entries) {
        if (!entries.isEmpty()) {
            store.forget(entries);
        }
    }
}
