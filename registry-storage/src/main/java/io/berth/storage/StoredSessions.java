package io.berth.storage;

import io.berth.object.ObjectStore;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.session.Session;
import io.berth.session.SessionLister;
import io.berth.storage.tree.StoreErrors;
import io.berth.storage.upload.SessionListing;

/** Finds sessions in the store alone, so that every replica sees those of all. Thread-safe. */
public final class StoredSessions implements SessionLister {

    private final SessionListing listing;

    public StoredSessions(ObjectStore store) {
        this.listing = new SessionListing(store);
    }

    @Override
    public Page<Session> sessions(PageRequest page) {
        return StoreErrors.translated(() -> listing.list(page));
    }
}
