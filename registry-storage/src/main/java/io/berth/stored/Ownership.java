package io.berth.stored;

import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.stored.StoredRegistryOptions.OwnershipMode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether only Berth writes a tree.
 *
 * <p>If so, its indexes can be trusted to be complete, and what is asked of them costs what it
 * finds. If not, another registry may have written a tag that no index knows, and the tree itself
 * is searched. The marker in the tree holds a random id; what is said to be complete is said under
 * that id, so that nothing said before the marker was last removed counts.
 */
final class Ownership {

    private static final Logger log = LoggerFactory.getLogger(Ownership.class);

    private Ownership() {}

    /** The id of the exclusive ownership, empty when the tree is shared. */
    static Optional<String> establish(ObjectStore store, OwnershipMode mode) {
        Optional<String> marker = read(store);
        Optional<String> id =
                switch (mode) {
                    case SHARED -> {
                        if (marker.isPresent()) {
                            store.delete(RegistryLayout.owner(), Condition.always());
                        }
                        yield Optional.empty();
                    }
                    case EXCLUSIVE -> marker.or(() -> Optional.of(set(store)));
                    case AUTO ->
                            marker.isPresent() || !isEmpty(store)
                                    ? marker
                                    : Optional.of(set(store));
                };
        log.debug("the storage tree is {}", id.isPresent() ? "exclusive" : "shared");
        return id;
    }

    /** Sets the marker; in an empty tree also says that the catalog, empty as well, is complete. */
    private static String set(ObjectStore store) {
        boolean empty = isEmpty(store);
        String id = setMarker(store);
        if (empty) {
            new IndexState(store, Optional.of(id)).markCatalogComplete();
        }
        return id;
    }

    private static String setMarker(ObjectStore store) {
        ObjectKey key = RegistryLayout.owner();
        byte[] content = UUID.randomUUID().toString().getBytes(StandardCharsets.ISO_8859_1);
        try {
            store.put(key, content, Condition.ifAbsent(), Durability.DURABLE);
        } catch (ObjectStoreException.PreconditionFailed e) {
            log.debug("another replica set the owner marker first");
        }
        return read(store)
                .orElseThrow(
                        () ->
                                new ObjectStoreException.Unavailable(
                                        key.value(), "the owner marker vanished", null));
    }

    private static Optional<String> read(ObjectStore store) {
        try {
            byte[] content = store.read(RegistryLayout.owner(), 1024);
            String id = new String(content, StandardCharsets.ISO_8859_1).strip();
            return id.isEmpty() ? Optional.empty() : Optional.of(id);
        } catch (ObjectStoreException.NotFound e) {
            return Optional.empty();
        }
    }

    private static boolean isEmpty(ObjectStore store) {
        return !Keys.areBelow(store, RegistryLayout.REPOSITORIES)
                && !Keys.areBelow(store, RegistryLayout.BLOBS);
    }
}
