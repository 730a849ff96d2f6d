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
 * Reads or writes the owner marker, which says whether only Berth writes the tree, and which tree
 * it is.
 *
 * <p>In an exclusive tree, which only Berth writes, indexes can be complete. In a shared tree
 * another registry may have written a tag that no index has, so the tree itself is searched.
 *
 * <p>The marker has a random id, after {@link #SHARED} in a shared tree. Claims of complete indexes
 * have the id of an exclusive tree, so that a change of ownership invalidates them. Every tree has
 * a marker from the first start on. The marker is the sentinel of the store ({@link
 * ObjectStore#guardBy}): while it is missing, the store is unavailable. A tree that is empty at the
 * start is a new one.
 */
public final class Ownership {

    private static final Logger log = LoggerFactory.getLogger(Ownership.class);

    private static final String SHARED = "shared ";

    /** An attempt fails only when another replica changes the marker at the same time. */
    private static final int TRIES = 10;

    private Ownership() {}

    /**
     * Establishes the ownership, and sets the marker as the sentinel of the store.
     *
     * @return the id of the exclusive ownership; empty when the tree is shared
     * @throws ObjectStoreException.Unavailable also when replicas have different modes
     */
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

    /** The content of the marker, which is written or changed if the mode requires it. */
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
                    // The catalog of an empty tree is complete.
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

    /** Writes the marker; {@code false} when it was changed since {@code before} was read. */
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
