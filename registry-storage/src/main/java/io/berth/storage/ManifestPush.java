package io.berth.storage;

import io.berth.concurrent.ParallelTasks;
import io.berth.concurrent.StripedLocks;
import io.berth.manifest.Manifest;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.storage.index.IndexCompleteness;
import io.berth.storage.index.Referrers;
import io.berth.storage.index.ReverseTagIndex;
import io.berth.storage.manifest.Manifests;
import io.berth.storage.manifest.Tombstones;
import io.berth.storage.tag.Tags;
import io.berth.storage.tree.RegistryLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The protocol by which a manifest is written. Each step is repeated by a retry without harm, so a
 * retry finishes what a failure or the death of the process left:
 *
 * <ol>
 *   <li>The content of the manifest, the entries of the indexes and the history of the tags, and a
 *       look at what each tag holds now. Left: objects that nothing points at, and hints that are
 *       verified before they are acted on.
 *   <li>The link of the repository. Left: the manifest can be pulled by its digest.
 *   <li>The pointer of each tag, if the tag still holds what the first step saw. Left: some of the
 *       tags.
 *   <li>Among replicas, a look for the tombstones of deletes. Only now the push may be answered.
 * </ol>
 *
 * <p><b>A delete of the same manifest on another replica</b> writes its tombstone before it looks
 * for anything to remove. So if step 4 finds none, any delete sees all of the push. If it finds
 * one, the delete may have removed what the push wrote: the push waits until the delete has ended,
 * does steps 1 to 3 again, and looks again. An answered push is therefore never undone by a delete
 * that began before it. When the delete does not end in time, or its process died, the push fails
 * as UNAVAILABLE; what it has written up to then may be left, also a tag whose manifest the delete
 * has removed, until the push or the delete is repeated.
 *
 * <p><b>Another push of the same tag.</b> Neither a retry nor a repetition of step 3 overwrites
 * what another push has written since step 1: this push then counts as the earlier of the two.
 */
final class ManifestPush {

    /** Deletes that follow each other so closely that a push never finds a gap are a defect. */
    private static final int MAX_REPETITIONS = 20;

    private static final long POLL_NANOS = Duration.ofMillis(20).toNanos();

    private final Manifests manifests;
    private final Tags tags;
    private final ReverseTagIndex tagIndex;
    private final Referrers referrers;
    private final IndexCompleteness indexState;
    private final Tombstones tombstones;
    private final ParallelTasks workers;
    private final StripedLocks locks;
    private final boolean amongReplicas;
    private final Duration patience;

    /**
     * @param locks keeps other pushes and deletes of the manifest in this process away
     * @param amongReplicas whether other processes work on the tree
     * @param patience how long a push waits for a delete of the same manifest to end
     */
    ManifestPush(
            Manifests manifests,
            Tags tags,
            ReverseTagIndex tagIndex,
            Referrers referrers,
            IndexCompleteness indexState,
            Tombstones tombstones,
            ParallelTasks workers,
            StripedLocks locks,
            boolean amongReplicas,
            Duration patience) {
        this.manifests = manifests;
        this.tags = tags;
        this.tagIndex = tagIndex;
        this.referrers = referrers;
        this.indexState = indexState;
        this.tombstones = tombstones;
        this.workers = workers;
        this.locks = locks;
        this.amongReplicas = amongReplicas;
        this.patience = patience;
    }

    /**
     * Takes the lock of the manifest while it writes, not while it waits.
     *
     * @throws Unavailable when a delete of the manifest does not end in time
     */
    void run(RepositoryName repository, Manifest manifest, List<Tag> newTags) {
        locks.locked(
                repository, manifest.digest(), () -> writeFirst(repository, manifest, newTags));
        if (amongReplicas) {
            lookForDeletes(repository, manifest, newTags);
        }
    }

    private void writeFirst(RepositoryName repository, Manifest manifest, List<Tag> newTags) {
        indexState.begin(repository);
        Map<Tag, Condition> unchanged = new ConcurrentHashMap<>();
        List<Runnable> looks = new ArrayList<>();
        if (amongReplicas) {
            newTags.forEach(
                    tag -> looks.add(() -> unchanged.put(tag, tags.unchanged(repository, tag))));
        }
        write(repository, manifest, newTags, looks, unchanged);
    }

    private void lookForDeletes(RepositoryName repository, Manifest manifest, List<Tag> newTags) {
        Digest digest = manifest.digest();
        Map<Tag, Condition> gone =
                newTags.stream()
                        .distinct()
                        .collect(Collectors.toMap(tag -> tag, tag -> Condition.ifAbsent()));
        Set<ObjectKey> ended = Set.of();
        for (int repetitions = 0; !stands(repository, digest, ended); repetitions++) {
            if (repetitions == MAX_REPETITIONS) {
                throw new Unavailable(
                        digest.toString(),
                        "the manifest is deleted as often as it is pushed",
                        null);
            }
            ended = tombstones.of(repository, digest);
            awaitEnd(digest, ended);
            locks.locked(
                    repository,
                    digest,
                    () -> write(repository, manifest, newTags, List.of(), gone));
        }
    }

    /**
     * Whether no delete can have removed what was written.
     *
     * @param ended of deletes that were over before the writing began
     */
    private boolean stands(RepositoryName repository, Digest digest, Set<ObjectKey> ended) {
        return ended.containsAll(tombstones.of(repository, digest))
                // Other registries write no tombstones.
                && (indexState.isKept() || manifests.isLinkedNow(repository, digest));
    }

    /** To be called when the content of the manifest was just written. */
    private void awaitEnd(Digest digest, Set<ObjectKey> deletes) {
        long deadline = System.nanoTime() + patience.toNanos();
        for (ObjectKey delete : deletes) {
            if (tombstones.isRunning(delete)
                    && !tombstones.isDead(delete, RegistryLayout.blob(digest))) {
                awaitEnd(digest, delete, deadline);
            }
        }
    }

    private void awaitEnd(Digest digest, ObjectKey delete, long deadline) {
        do {
            if (!pause(deadline - System.nanoTime())) {
                throw new Unavailable(
                        digest.toString(),
                        "a delete of the manifest is under way, or was interrupted less than "
                                + Tombstones.DEAD.toMinutes()
                                + " minutes ago",
                        null);
            }
        } while (tombstones.isRunning(delete));
    }

    /** Whether there was time left. */
    private static boolean pause(long nanosLeft) {
        if (nanosLeft <= 0) {
            return false;
        }
        try {
            Thread.sleep(Duration.ofNanos(Math.min(POLL_NANOS, nanosLeft)));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Steps 1 to 3.
     *
     * @param looks done with the first step
     * @param unchanged what each tag is pointed under; known when the looks are done, empty without
     *     other replicas
     */
    private void write(
            RepositoryName repository,
            Manifest manifest,
            List<Tag> newTags,
            List<Runnable> looks,
            Map<Tag, Condition> unchanged) {
        Digest digest = manifest.digest();
        List<Runnable> first = new ArrayList<>(looks);
        first.add(() -> manifests.putContent(manifest));
        first.add(() -> referrers.add(repository, manifest));
        for (Tag tag : newTags) {
            first.add(() -> tagIndex.add(repository, digest, tag));
            first.add(() -> tags.prepare(repository, tag, digest));
        }
        workers.forEachOrThrow(first.iterator(), Runnable::run);
        manifests.link(
                repository, digest, newTags.isEmpty() ? Durability.DURABLE : Durability.WHOLE);
        for (Tag tag : newTags) {
            Condition expected = unchanged.get(tag);
            if (expected == null) {
                tags.point(repository, tag, digest);
            } else {
                tags.point(repository, tag, digest, expected);
            }
        }
    }
}
