package io.berth.storage.upload;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.object.Listing.Entry;
import io.berth.object.ObjectInfo;
import io.berth.object.ObjectStore;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.session.Session;
import io.berth.storage.tree.PagedListing;
import io.berth.storage.tree.RegistryLayout;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lists the sessions whose bytes are below {@link RegistryLayout#SESSIONS}. Holds the sessions of
 * one page, and not the objects that they consist of.
 */
public final class SessionListing {

    /** Sorts directly after the slash that follows an id, and so after all objects of a session. */
    private static final String AFTER_OBJECTS = "0";

    private final ObjectStore store;

    public SessionListing(ObjectStore store) {
        this.store = store;
    }

    /**
     * @throws RegistryException REQUEST_INVALID when the page does not begin after a session
     */
    public Page<Session> list(PageRequest page) {
        if (page.limit() == 0) {
            return new Page<>(List.of(), false);
        }
        Iterator<Entry> objects =
                new PagedListing(
                                store,
                                RegistryLayout.SESSIONS,
                                position(page.after()),
                                PagedListing.MAX_PAGE)
                        .withInfo();
        List<Session> found = new ArrayList<>();
        while (objects.hasNext()) { // the keys of a session are consecutive
            Entry object = objects.next();
            Optional<RegistryLayout.Session> key = RegistryLayout.sessionOf(object.key());
            if (key.isEmpty()) {
                continue; // belongs to no session
            }
            Session one = session(key.get(), object.info());
            if (!found.isEmpty() && isSame(found.getLast(), one)) {
                found.add(joined(found.removeLast(), one));
            } else if (found.size() == page.limit()) {
                return new Page<>(found, true, positionOf(found.getLast()));
            } else {
                found.add(one);
            }
        }
        return new Page<>(found, false);
    }

    private static @Nullable String position(@Nullable String after) {
        if (after == null) {
            return null;
        }
        String key = RegistryLayout.SESSIONS + after;
        if (RegistryLayout.sessionOf(key)
                .filter(session -> after.equals(positionOf(session)))
                .isEmpty()) {
            throw new RegistryException(
                    ErrorCode.REQUEST_INVALID, "a page does not begin after this: " + after);
        }
        return key + AFTER_OBJECTS;
    }

    private static String positionOf(RegistryLayout.Session session) {
        return RegistryLayout.session(session.repository(), session.id())
                .value()
                .substring(RegistryLayout.SESSIONS.length());
    }

    private static String positionOf(Session session) {
        return positionOf(new RegistryLayout.Session(session.repository(), session.id()));
    }

    private static Session session(RegistryLayout.Session key, @Nullable ObjectInfo info) {
        Instant stored = info == null ? Instant.EPOCH : info.modified();
        return new Session(
                key.repository(),
                key.id(),
                UploadIds.startOf(key.id()).orElse(stored),
                info == null ? 0 : info.size());
    }

    private static boolean isSame(Session one, Session other) {
        return one.id().equals(other.id()) && one.repository().equals(other.repository());
    }

    private static Session joined(Session one, Session other) {
        return new Session(
                one.repository(),
                one.id(),
                one.began().isBefore(other.began()) ? one.began() : other.began(),
                one.storedBytes() + other.storedBytes());
    }
}
