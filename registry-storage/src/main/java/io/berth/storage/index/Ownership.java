package io.berth.storage.index;

import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.storage.tree.PagedListing;
import io.berth.storage.tree.RegistryLayout;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether only Berth writes a tree, and which tree it is.
 *
 * <p>If only Berth writes it, its indexes can be trusted to be complete, and what is asked of them
 * costs what it finds. If not, another registry may have written a tag that no index knows, and the
 * tree itself is searched.
 *
 * <p>The marker says so: it holds a random id, with {@link #SHARED} before it when others write,
 * too. What is said to be complete is said under an exclusive id, so that nothing said under an
 * earlier one counts. Every tree has a marker from the first start on, and the marker is the
 * sentinel of the store ({@link ObjectStore#guardBy}): where it was and is not, the tree is not
 * there, whatever else seems to be. An empty tree at the start is a new one.
 */
public final class Ownership {

    private static final Logger log = LoggerFactory.getLogger(Ownership.class);

    private static final String SHARED = "shared ";

    /** Each try needs another replica to change the marker in the same moment. */
    private static final int TRIES = 10;

    private Ownership() {}

    /** The id of the exclusive ownership, empty when the tree is shared. */
    public static Optional<String> establish(ObjectStore store, OwnershipMode mode) {
        String marker = marker(store, mode);
        boolean exclusive = isExclusive(marker);
        log.info(
                "the storage tree is {} (storage.ownership)",
                exclusive
                        ? "exclusive: only Berth may write to it"
                        : "shared: other registries may write to it, too");
        return exclusive ? Optional.of(marker.strip()) : Optional.empty();
    }

    /** All that the marker holds, once it says what it should. */
    private static String marker(ObjectStore store, OwnershipMode mode) {
        for (int i = 0; i < TRIES; i++) {
            Optional<String> found = read(store);
            String known = found.orElse("");
            if (!known.isBlank() && suits(mode, known)) {
                guard(store, known);
                return known;
            }
            boolean empty = isEmpty(store);
            boolean exclusive =
                    mode == OwnershipMode.EXCLUSIVE || (mode == OwnershipMode.AUTO && empty);
            String id = UUID.randomUUID().toString();
            String marker = exclusive ? id : SHARED + id;
            if (set(store, marker, found)) {
                guard(store, marker);
                if (empty) {
                    log.info("the storage tree is empty: a new registry begins");
                }
                if (empty && exclusive) {
                    // So is its catalog, and complete.
                    new IndexCompleteness(store, Optional.of(id), 0)
                            .markComplete(RegistryLayout.catalogClaim());
                }
                return marker;
            }
            log.debug("another replica set the owner marker first");
        }
        throw new ObjectStoreException.Unavailable(
                RegistryLayout.owner().value(),
                "replicas disagree about storage.ownership: set the same for all of them",
                null);
    }

    private static void guard(ObjectStore store, String marker) {
        store.guardBy(RegistryLayout.owner(), bytes(marker));
    }

    private static boolean suits(OwnershipMode mode, String marker) {
        return switch (mode) {
            case AUTO -> true;
            case EXCLUSIVE -> isExclusive(marker);
            case SHARED -> !isExclusive(marker);
        };
    }

    private static boolean isExclusive(String marker) {
        return !marker.startsWith(SHARED);
    }

    /** Whether it was set; otherwise it holds something else by now than {@code before}. */
    private static boolean set(ObjectStore store, String marker, Optional<String> before) {
        Condition unchanged =
                before.map(known -> Condition.ifContent(bytes(known)))
                        .orElseGet(Condition::ifAbsent);
        try {
            store.put(RegistryLayout.owner(), bytes(marker), unchanged, Durability.DURABLE);
            return true;
        } catch (ObjectStoreException.PreconditionFailed e) {
            return false;
        }
    }

    private static Optional<String> read(ObjectStore store) {
        try {
            byte[] content = store.read(RegistryLayout.owner(), 1024);
            return Optional.of(new String(content, StandardCharsets.ISO_8859_1));
        } catch (ObjectStoreException.NotFound e) {
            return Optional.empty();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static boolean isEmpty(ObjectStore store) {
        return !PagedListing.isAnyBelow(store, RegistryLayout.REPOSITORIES)
                && !PagedListing.isAnyBelow(store, RegistryLayout.BLOBS);
    }
}
