package io.berth.storage;

import static java.util.Objects.requireNonNull;

import io.berth.concurrent.ParallelTasks;
import io.berth.concurrent.StripedLocks;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.registry.PutOptions;
import io.berth.registry.PutOutcome;
import io.berth.registry.TagCondition;
import io.berth.storage.index.IndexCompleteness;
import io.berth.storage.index.Referrers;
import io.berth.storage.index.ReverseTagIndex;
import io.berth.storage.manifest.Manifests;
import io.berth.storage.manifest.Tombstones;
import io.berth.storage.tag.Tags;
import io.berth.storage.tree.LinkFiles.Found;
import io.berth.storage.tree.RegistryLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

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
 *
 * <p><b>A {@link TagCondition}.</b> The look of step 1 comes before everything else, and a
 * condition that does not hold ends the push with nothing written. Step 3 writes the pointer only
 * if the tag still is as it was when the condition held; where it moved, the condition is looked at
 * again, and one that does not hold any more ends the push. Left then: content, link, and tags that
 * come earlier in the list. A push that ends there has not done step 4: a delete that meets it may
 * leave these tags without a manifest, as after any failure.
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
     * What is asked for.
     *
     * @param tags each once
     */
    private record Push(
            RepositoryName repository, Manifest manifest, List<Tag> tags, PutOptions options) {

        Digest digest() {
            return manifest.digest();
        }

        boolean isConditional() {
            return !(options.condition() instanceof TagCondition.Any);
        }

        /** Whether the condition is that the tags are where this push would leave them. */
        boolean keepsTags() {
            return options.condition().equals(TagCondition.ifAt(digest()));
        }
    }

    /**
     * Takes the lock of the manifest while it writes, not while it waits.
     *
     * @throws RegistryException TAG_CONDITION_FAILED
     * @throws Unavailable when a delete of the manifest does not end in time
     */
    PutOutcome run(
            RepositoryName repository, Manifest manifest, List<Tag> newTags, PutOptions options) {
        Push push = new Push(repository, manifest, newTags.stream().distinct().toList(), options);
        PutOutcome outcome = locks.locked(repository, manifest.digest(), () -> writeFirst(push));
        if (amongReplicas) {
            lookForDeletes(push);
        }
        return outcome;
    }

    private PutOutcome writeFirst(Push push) {
        boolean reports = push.options.reportsPrevious();
        Map<Tag, Found> seen = new ConcurrentHashMap<>();
        List<Runnable> looks = new ArrayList<>();
        if (amongReplicas || reports || push.isConditional()) {
            push.tags.forEach(
                    tag -> looks.add(() -> seen.put(tag, tags.look(push.repository, tag))));
        }
        if (push.isConditional()) {
            workers.forEachOrThrow(looks.iterator(), Runnable::run);
            looks.clear();
            push.tags.forEach(
                    tag ->
                            Tags.require(
                                    push.options.condition(), tag, requireNonNull(seen.get(tag))));
        }
        AtomicBoolean linked = new AtomicBoolean();
        if (reports) {
            looks.add(() -> linked.set(manifests.isLinkedNow(push.repository, push.digest())));
        }
        indexState.begin(push.repository);
        write(push, looks);
        Map<Tag, Digest> before = new HashMap<>();
        for (Tag tag : push.tags) {
            point(push, tag, seen.get(tag)).ifPresent(digest -> before.put(tag, digest));
        }
        return reports
                ? PutOutcome.of(new PutOutcome.Previous(linked.get(), before))
                : PutOutcome.unknown();
    }

    /**
     * Step 3 of the first round.
     *
     * @param seen {@code null}: the tag was not looked at
     * @return the digest that the tag had, if it was looked at
     */
    private Optional<Digest> point(Push push, Tag tag, @Nullable Found seen) {
        if (seen == null) {
            tags.point(push.repository, tag, push.digest());
            return Optional.empty();
        }
        return push.isConditional()
                ? tags.pointIf(push.options.condition(), push.repository, tag, push.digest(), seen)
                : tags.point(push.repository, tag, push.digest(), seen);
    }

    private void lookForDeletes(Push push) {
        Digest digest = push.digest();
        Set<ObjectKey> ended = Set.of();
        for (int repetitions = 0; !stands(push.repository, digest, ended); repetitions++) {
            if (repetitions == MAX_REPETITIONS) {
                throw new Unavailable(
                        digest.toString(),
                        "the manifest is deleted as often as it is pushed",
                        null);
            }
            ended = tombstones.of(push.repository, digest);
            awaitEnd(digest, ended);
            locks.locked(push.repository, digest, () -> repeat(push));
        }
    }

    /**
     * Steps 1 to 3 again, for what a delete may have removed. The condition was decided by the
     * first round: a tag that is gone was pointed by this push, and is written again. Only where
     * the push has not changed what the tag held, it is the delete that changed it, and the
     * condition is looked at again.
     */
    private void repeat(Push push) {
        write(push, List.of());
        for (Tag tag : push.tags) {
            if (push.keepsTags()) {
                tags.pointIf(
                        push.options.condition(),
                        push.repository,
                        tag,
                        push.digest(),
                        tags.look(push.repository, tag));
            } else {
                tags.point(push.repository, tag, push.digest(), Found.absent());
            }
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
     * Steps 1 and 2.
     *
     * @param looks done with the first step
     */
    private void write(Push push, List<Runnable> looks) {
        RepositoryName repository = push.repository;
        Digest digest = push.digest();
        List<Runnable> first = new ArrayList<>(looks);
        first.add(() -> manifests.putContent(push.manifest));
        first.add(() -> referrers.add(repository, push.manifest));
        for (Tag tag : push.tags) {
            first.add(() -> tagIndex.add(repository, digest, tag));
            first.add(() -> tags.prepare(repository, tag, digest));
        }
        workers.forEachOrThrow(first.iterator(), Runnable::run);
        manifests.link(
                repository, digest, push.tags.isEmpty() ? Durability.DURABLE : Durability.WHOLE);
    }
}
