package io.berth.storage;

import io.berth.concurrent.ParallelTasks;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.error.RegistryException;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.registry.tag.TagProtection;
import io.berth.storage.index.Catalog;
import io.berth.storage.index.IndexBuilder;
import io.berth.storage.index.IndexCompleteness;
import io.berth.storage.index.ReverseTagIndex;
import io.berth.storage.manifest.Manifests;
import io.berth.storage.manifest.Tombstones;
import io.berth.storage.tag.Tags;
import io.berth.storage.tree.EntryTimestamps;
import io.berth.storage.tree.RegistryLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The protocol that removes a manifest from a repository, with every tag that points at it. After
 * each step: what a failure or a crash leaves.
 *
 * <ol>
 *   <li>Among replicas, write a tombstone. Left: a tombstone.
 *   <li>Find the tags that point at the manifest. If one of them is protected, the delete fails,
 *       and has removed nothing.
 *   <li>Remove these tags, pointer before history. Left: some of the tags, and history without a
 *       pointer, which is no tag. The manifest still exists.
 *   <li>Remove the revision link of the repository. Left: outdated entries of indexes.
 *   <li>Write into the tombstone that the delete is over. Only then the call returns.
 * </ol>
 *
 * <p>After a failure or a crash at any step, a retry finds either the link or a tombstone that is
 * not over, and repeats all steps. It throws MANIFEST_UNKNOWN only when neither exists.
 *
 * <p>The tombstone is written before the tags are read. A push on another replica whose tag this
 * read does not show therefore finds the tombstone, waits for the end of the delete, and writes
 * again what the delete may have removed; see {@link ManifestPush}. A delete that fails sets its
 * tombstone to GIVEN_UP, so that pushes need not wait, unless one of its requests may still be
 * under way.
 */
final class ManifestDelete {

    private static final Logger log = LoggerFactory.getLogger(ManifestDelete.class);

    /** Errors in one exception: an unavailable store gives the same error for every tag. */
    private static final int MAX_ERRORS = 20;

    private final ObjectStore store;
    private final Manifests manifests;
    private final Tags tags;
    private final ReverseTagIndex tagIndex;
    private final IndexCompleteness indexState;
    private final IndexBuilder indexing;
    private final Catalog catalog;
    private final Tombstones tombstones;
    private final ParallelTasks workers;
    private final boolean amongReplicas;

    /**
     * @param workers remove tags concurrently
     * @param amongReplicas whether other processes work on the tree
     */
    ManifestDelete(
            ObjectStore store,
            Manifests manifests,
            Tags tags,
            ReverseTagIndex tagIndex,
            IndexCompleteness indexState,
            IndexBuilder indexing,
            Catalog catalog,
            Tombstones tombstones,
            ParallelTasks workers,
            boolean amongReplicas) {
        this.store = store;
        this.manifests = manifests;
        this.tags = tags;
        this.tagIndex = tagIndex;
        this.indexState = indexState;
        this.indexing = indexing;
        this.catalog = catalog;
        this.tombstones = tombstones;
        this.workers = workers;
        this.amongReplicas = amongReplicas;
    }

    /**
     * Removes the manifest. The caller holds the lock of the manifest, so that this process does
     * not push or delete it at the same time.
     *
     * @param protection of tags
     * @return the tags that were removed
     * @throws RegistryException MANIFEST_UNKNOWN when there is neither a link nor an unfinished
     *     tombstone; the errors of protected tags, after which nothing was removed; UNAVAILABLE
     *     when something may be left, so that the delete has to be repeated
     */
    Set<Tag> run(RepositoryName repository, Digest digest, TagProtection protection) {
        boolean linked = manifests.isLinkedNow(repository, digest);
        if (!amongReplicas) {
            require(linked, digest);
            return removeAll(repository, digest, protection, () -> {});
        }
        require(linked || tombstones.isUnfinished(repository, digest), digest);
        Tombstones.Lease lease = tombstones.begin(repository, digest);
        Set<Tag> removed;
        try {
            removed = removeAll(repository, digest, protection, lease::require);
        } catch (ObjectStoreException | RegistryException e) {
            giveUp(lease, e);
            throw e;
        }
        tombstones.end(lease, Tombstones.State.OVER);
        return removed;
    }

    private static void require(boolean there, Digest digest) {
        if (!there) {
            throw Manifests.unknown(digest.toString());
        }
    }

    private void giveUp(Tombstones.Lease lease, RuntimeException failure) {
        if (isUnclear(failure)) {
            return; // a request without an answer may still be carried out
        }
        try {
            tombstones.end(lease, Tombstones.State.GIVEN_UP);
        } catch (ObjectStoreException e) {
            failure.addSuppressed(e); // pushes of this manifest wait until the lease is over
        }
    }

    private static boolean isUnclear(Throwable failure) {
        if (failure instanceof ObjectStoreException.OutcomeUnknown
                || failure.getCause() instanceof ObjectStoreException.OutcomeUnknown) {
            return true;
        }
        for (Throwable suppressed : failure.getSuppressed()) {
            if (isUnclear(suppressed)) {
                return true;
            }
        }
        return false;
    }

    /**
     * @param lease throws when the lease has expired, so that nothing may be removed any more
     */
    private Set<Tag> removeAll(
            RepositoryName repository, Digest digest, TagProtection protection, Runnable lease) {
        Set<ObjectKey> entries =
                indexState.isKept() ? tagIndex.entriesOf(repository, digest) : Set.of();
        // Checked after the entries were read.
        boolean indexed = indexState.isStillComplete(RegistryLayout.tagsClaim(repository));
        Iterable<Tag> candidates;
        if (indexed) {
            candidates = () -> ReverseTagIndex.tagsOf(entries).iterator();
        } else {
            indexing.buildInBackground(repository);
            candidates = searchTags(repository, digest);
        }
        requireUnprotected(repository, digest, candidates, protection);
        Set<Tag> removed = removeTags(repository, digest, candidates.iterator(), lease);
        lease.run();
        try {
            manifests.unlink(repository, digest);
        } finally {
            catalog.mayBeEmpty(repository);
        }
        forgetEntries(entries);
        return removed;
    }

    /**
     * Among replicas, removes only entries whose pushes must have ended: see {@link
     * EntryTimestamps}.
     */
    private void forgetEntries(Set<ObjectKey> entries) {
        if (!amongReplicas) {
            tagIndex.remove(entries); // no push of this manifest is under way
            return;
        }
        tagIndex.remove(
                entries.stream()
                        .filter(entry -> EntryTimestamps.isSettled(entry.value()))
                        .toList());
    }

    private Iterable<Tag> searchTags(RepositoryName repository, Digest digest) {
        if (amongReplicas) {
            return tags.search(repository, digest);
        }
        return () -> {
            Iterator<String> folders = tags.folders(repository);
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return folders.hasNext();
                }

                @Override
                public Tag next() {
                    return Tag.of(folders.next());
                }
            };
        };
    }

    /** Reads the tags that are covered, and no others. */
    private void requireUnprotected(
            RepositoryName repository,
            Digest digest,
            Iterable<Tag> candidates,
            TagProtection protection) {
        if (protection.equals(TagProtection.none())) {
            return; // spares a walk through the tags
        }
        List<RegistryError> errors = Collections.synchronizedList(new ArrayList<>());
        workers.forEachOrThrow(
                StreamSupport.stream(candidates.spliterator(), false)
                        .filter(protection::covers)
                        .iterator(),
                tag -> {
                    Optional<RegistryError> refusal =
                            tags.refusal(repository, tag, digest, protection);
                    if (refusal.isPresent() && errors.size() < MAX_ERRORS) {
                        errors.add(refusal.get());
                    }
                });
        if (!errors.isEmpty()) {
            throw new RegistryException(errors, null);
        }
    }

    private Set<Tag> removeTags(
            RepositoryName repository, Digest digest, Iterator<Tag> candidates, Runnable lease) {
        Set<Tag> removed = ConcurrentHashMap.newKeySet();
        Queue<ObjectKey> history = new ConcurrentLinkedQueue<>();
        List<RegistryError> errors = Collections.synchronizedList(new ArrayList<>());
        AtomicReference<@Nullable ObjectStoreException> cause = new AtomicReference<>();
        workers.forEachOrThrow(
                candidates,
                tag -> {
                    lease.run();
                    try {
                        Tags.PointerDelete pointer =
                                tags.deleteIfPointingAt(repository, tag, digest);
                        history.addAll(pointer.history());
                        if (pointer.deleted()) {
                            removed.add(tag);
                        }
                    } catch (ObjectStoreException e) {
                        cause.accumulateAndGet(e, ManifestDelete::worse);
                        if (errors.size() < MAX_ERRORS) {
                            log.error("tag {} of {} could not be removed", tag, repository, e);
                            errors.add(
                                    new RegistryError(
                                            ErrorCode.UNAVAILABLE,
                                            "the tag could not be removed",
                                            tag.toString()));
                        }
                    }
                });
        if (!history.isEmpty()) {
            lease.run();
            store.deleteAll(history);
        }
        if (!errors.isEmpty()) {
            throw new RegistryException(errors, cause.get());
        }
        return removed;
    }

    /** The failure after which a request may still be under way, if one is such. */
    private static ObjectStoreException worse(
            @Nullable ObjectStoreException one, ObjectStoreException other) {
        return one instanceof ObjectStoreException.OutcomeUnknown ? one : other;
    }
}
