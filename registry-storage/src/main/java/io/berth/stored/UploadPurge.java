package io.berth.stored;

import io.berth.error.RegistryException;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of the purge: finds sessions by their folders, in whatever state a client, a crash or
 * another registry left them. A session without a readable beginning is judged by its oldest
 * object.
 */
final class UploadPurge {

    private static final Logger log = LoggerFactory.getLogger(UploadPurge.class);

    private final ObjectStore store;
    private final UploadHolds holds;
    private final Instant before;
    private final boolean dryRun;
    private int purged;

    UploadPurge(ObjectStore store, UploadHolds holds, Instant before, boolean dryRun) {
        this.store = store;
        this.holds = holds;
        this.before = before;
        this.dryRun = dryRun;
    }

    int run() {
        new Repositories(store, RegistryLayout.UPLOADS)
                .walk(
                        null,
                        repository -> {
                            purge(repository);
                            return true;
                        });
        return purged;
    }

    private void purge(RepositoryName repository) {
        new FolderNames(
                        store,
                        RegistryLayout.uploads(repository),
                        null,
                        Tags.MAX_PAGE,
                        name -> true)
                .forEachRemaining(name -> parse(name).ifPresent(id -> purge(repository, id)));
    }

    private void purge(RepositoryName repository, UploadId id) {
        if (!holds.takeIfFree(id)) {
            return;
        }
        try {
            List<ObjectKey> keys = new ArrayList<>();
            for (String key : new Keys(store, RegistryLayout.upload(repository, id))) {
                keys.add(ObjectKey.of(key));
            }
            if (!keys.isEmpty() && began(repository, id, keys).isBefore(before)) {
                log.info(
                        "{} the abandoned upload {} of {}",
                        dryRun ? "would purge" : "purging",
                        id,
                        repository);
                purged++;
                if (!dryRun) {
                    discardBytes(repository, id);
                    store.deleteAll(keys);
                }
            }
        } finally {
            holds.release(id);
        }
    }

    /** Staged bytes need not show in a listing. */
    private void discardBytes(RepositoryName repository, UploadId id) {
        try {
            store.resume(RegistryLayout.uploadData(repository, id), null).discard();
        } catch (ObjectStoreException.NotFound e) {
            log.debug("the upload {} holds no bytes", id);
        }
    }

    private Instant began(RepositoryName repository, UploadId id, List<ObjectKey> keys) {
        try {
            ObjectKey startedAt = RegistryLayout.uploadStartedAt(repository, id);
            byte[] text = store.read(startedAt, 128);
            return Instant.parse(new String(text, StandardCharsets.ISO_8859_1).strip());
        } catch (ObjectStoreException.NotFound | DateTimeException e) {
            return keys.stream()
                    .map(key -> modified(key))
                    .min(Instant::compareTo)
                    .orElse(Instant.MAX);
        }
    }

    private Instant modified(ObjectKey key) {
        try {
            return store.head(key).modified();
        } catch (ObjectStoreException.NotFound e) {
            return Instant.MAX; // just ended
        }
    }

    private static Optional<UploadId> parse(String name) {
        try {
            return Optional.of(UploadId.of(name));
        } catch (RegistryException e) {
            return Optional.empty(); // not ours to judge
        }
    }
}
