package io.berth.stored;

import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectStore;
import java.util.Iterator;

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

    void add(RepositoryName repository, Digest digest, Tag tag) {
        if (state.isKept()) {
            store.put(
                    RegistryLayout.taggedAs(repository, digest, tag),
                    NOTHING,
                    Condition.always(),
                    Durability.HINT);
        }
    }

    void remove(RepositoryName repository, Digest digest, Tag tag) {
        if (state.isKept()) {
            store.delete(RegistryLayout.taggedAs(repository, digest, tag), Condition.always());
        }
    }

    /** The names of the tags, which may have moved elsewhere; only meaningful when complete. */
    Iterator<String> tagsOf(RepositoryName repository, Digest digest) {
        String folder = RegistryLayout.taggedAs(repository, digest);
        Iterator<String> keys = new Keys(store, folder).iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return keys.hasNext();
            }

            @Override
            public String next() {
                return RegistryLayout.tagOf(keys.next().substring(folder.length()));
            }
        };
    }
}
