package io.berth.storage.upload;

import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import io.berth.object.Listing.Entry;
import io.berth.object.ObjectInfo;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.storage.tree.PagedListing;
import io.berth.storage.tree.RegistryLayout;
import io.berth.storage.tree.RegistryLayout.Session;
import io.berth.storage.tree.RepositoryWalk;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of the purge: removes the objects of upload sessions that began before a time, in any
 * state. The sessions of Berth are below one prefix, and their ids have the time at which they
 * began. The sessions of other registries are in a folder of their repository. Such a repository
 * may have nothing else and is then in no catalog, so the whole tree of repositories is walked,
 * with one listing for each folder. The age of a session without a readable start time is that of
 * its oldest object. For one thread.
 */
public final class UploadPurge {

    private static final Logger log = LoggerFactory.getLogger(UploadPurge.class);

    /** Keys removed in one call; a session with more is removed in several. */
    private static final int BATCH = 1000;

    private final ObjectStore store;
    private final Uploads uploads;
    private final Instant before;
    private final boolean dryRun;
    private int purged;

    /**
     * @param before sessions that began before this time are removed
     * @param dryRun only logs the sessions
     */
    public UploadPurge(ObjectStore store, Uploads uploads, Instant before, boolean dryRun) {
        this.store = store;
        this.uploads = uploads;
        this.before = before;
        this.dryRun = dryRun;
    }

    /**
     * Runs the purge, once.
     *
     * @return how many sessions were, or would be, removed
     */
    public int run() {
        purgeOwn();
        purgeForeignBelow("");
        if (!dryRun) {
            store.dropUnfinished(RegistryLayout.ROOT, before);
        }
        return purged;
    }

    private void purgeOwn() {
        Optional<Session> session = Optional.empty();
        List<Entry> objects = new ArrayList<>();
        Iterator<Entry> all = new PagedListing(store, RegistryLayout.SESSIONS).withInfo();
        while (all.hasNext()) { // the keys of a session are consecutive
            Entry object = all.next();
            Optional<Session> next = RegistryLayout.sessionOf(object.key());
            if (!next.equals(session) || objects.size() == BATCH) {
                purgeOwn(session, objects);
                session = next;
                objects = new ArrayList<>();
            }
            objects.add(object);
        }
        purgeOwn(session, objects);
    }

    private void purgeOwn(Optional<Session> found, List<Entry> objects) {
        if (found.isEmpty()) {
            return; // these keys belong to no session
        }
        Session session = found.get();
        Instant began = UploadIds.startOf(session.id()).orElseGet(() -> oldest(objects));
        if (!began.isBefore(before)) {
            return;
        }
        if (dryRun) {
            drop(session.id(), objects);
        } else {
            uploads.endIfFree(
                    session.repository(), session.id(), () -> drop(session.id(), objects));
        }
    }

    /**
     * @param path of a folder of repositories: empty, or a name followed by a slash
     */
    private void purgeForeignBelow(String path) {
        PagedListing.folders(store, RegistryLayout.REPOSITORIES + path)
                .forEach(
                        folder -> {
                            if (RepositoryName.isValid(path + folder)) {
                                if (!RepositoryWalk.isLink(store, path + folder)) {
                                    purgeForeignBelow(path + folder + "/");
                                }
                            } else if (folder.equals(RegistryLayout.UPLOADS) && !path.isEmpty()) {
                                purgeForeign(
                                        RepositoryName.of(path.substring(0, path.length() - 1)));
                            }
                        });
    }

    private void purgeForeign(RepositoryName repository) {
        PagedListing.folders(store, RegistryLayout.uploads(repository))
                .map(RegistryLayout::uploadId)
                .flatMap(Optional::stream)
                .forEach(id -> purgeForeign(repository, id));
    }

    private void purgeForeign(RepositoryName repository, UploadId id) {
        List<Entry> objects = new ArrayList<>();
        new PagedListing(store, RegistryLayout.upload(repository, id))
                .withInfo()
                .forEachRemaining(objects::add);
        if (!objects.isEmpty() && beganBefore(repository, id, objects)) {
            drop(id, objects);
        }
    }

    private void drop(UploadId id, List<Entry> objects) {
        log.info("{} the abandoned upload {}", dryRun ? "would purge" : "purging", id);
        purged++;
        if (!dryRun) {
            store.deleteAll(objects.stream().map(Entry::key).map(ObjectKey::of).toList());
        }
    }

    /**
     * Whether a session began before the time. A session is at least as old as its oldest object.
     * If that is too young, the start time is read, because objects may have been copied since.
     */
    private boolean beganBefore(RepositoryName repository, UploadId id, List<Entry> objects) {
        if (oldest(objects).isBefore(before)) {
            return true;
        }
        try {
            byte[] text = store.read(RegistryLayout.uploadStartedAt(repository, id), 128);
            return Instant.parse(new String(text, StandardCharsets.ISO_8859_1).strip())
                    .isBefore(before);
        } catch (ObjectStoreException.NotFound | DateTimeException e) {
            return false;
        }
    }

    private static Instant oldest(List<Entry> objects) {
        return objects.stream()
                .map(Entry::info)
                .filter(Objects::nonNull)
                .map(ObjectInfo::modified)
                .min(Instant::compareTo)
                .orElse(Instant.MAX);
    }
}
