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
import io.berth.storage.index.IndexCompleteness;
import io.berth.storage.index.Referrers;
import io.berth.storage.index.ReverseTagIndex;
import io.berth.storage.manifest.Manifests;
import io.berth.storage.manifest.Tombstones;
import io.berth.storage.tag.TagCheck;
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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The protocol that writes a manifest. All steps are idempotent, so a retry completes what a
 * failure or a crash left. After each step: what is left.
 *
 * <ol>
 *   <li>Write the content of the manifest, the entries of the indexes and the history of the tags,
 *       and read what each tag points at. Left: objects that nothing points at, and index entries,
 *       which are verified before use.
 *   <li>Write the revision link of the repository. Left: the manifest can be pulled by its digest.
 *   <li>Write the pointer of each tag, if the tag is still as step 1 read it. Left: some of the
 *       tags.
 *   <li>Among replicas, look for tombstones of deletes. Only then the call returns.
 * </ol>
 *
 * <p><b>A delete of the same manifest on another replica</b> writes its tombstone before it looks
 * for anything to remove. So if step 4 finds none, every later delete sees all of the push. If it
 * finds one, the delete may have removed what the push wrote: the push waits until the delete has
 * ended, repeats steps 1 to 3, and looks again. A delete therefore never undoes a push that was
 * acknowledged after the delete began. When the delete does not end in time, or its process has
 * died, the push fails as UNAVAILABLE. What the push has written may then be left, also a tag whose
 * manifest the delete has removed, until the push or the delete is repeated.
 *
 * <p><b>Another push of the same tag.</b> Step 3 and its repetitions do not overwrite what another
 * push has written since step 1: this push then counts as the earlier of the two.
 *
 * <p><b>A {@link TagCheck}</b>, of a condition of the client or a rule that protects tags. The tags
 * that it needs are read before anything is written; if it fails, the push fails and has written
 * nothing. Step 3 writes a pointer only if the tag is still as it was when it was checked. Where
 * the tag has moved, it is checked again, and the push fails if the check does. Left then: content,
 * link, and the tags that come earlier in the list. Such a push has not done step 4: a concurrent
 * delete may leave these tags without a manifest, as after any failure.
 */
final class ManifestPush {

    /** Repetitions of steps 1 to 3; more deletes in a row during one push are a defect. */
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
    private final Duration deleteTimeout;

    /**
     * @param locks exclude other pushes and deletes of the same manifest in this process
     * @param amongReplicas whether other processes work on the tree
     * @param deleteTimeout how long a push waits for a delete of the same manifest to end
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
            Duration deleteTimeout) {
        this.manifests = manifests;
        this.tags = tags;
        this.tagIndex = tagIndex;
        this.referrers = referrers;
        this.indexState = indexState;
        this.tombstones = tombstones;
        this.workers = workers;
        this.locks = locks;
        this.amongReplicas = amongReplicas;
        this.deleteTimeout = deleteTimeout;
    }

    /**
     * The arguments of one push.
     *
     * @param tags without duplicates
     */
    private record Push(
            RepositoryName repository,
            Manifest manifest,
            List<Tag> tags,
            TagCheck check,
            boolean reportsPrevious) {

        Digest digest() {
            return manifest.digest();
        }
    }

    /**
     * Pushes the manifest. Holds the lock of the manifest while it writes, not while it waits.
     *
     * @throws RegistryException TAG_CONDITION_FAILED, or the error of a protected tag
     * @throws Unavailable when a delete of the manifest does not end in time
     */
    PutOutcome run(
            RepositoryName repository, Manifest manifest, List<Tag> newTags, PutOptions options) {
        Push push =
                new Push(
                        repository,
                        manifest,
                        newTags.stream().distinct().toList(),
                        TagCheck.of(options, manifest.digest()),
                        options.reportsPrevious());
        PutOutcome outcome = locks.locked(repository, manifest.digest(), () -> writeFirst(push));
        if (amongReplicas) {
            lookForDeletes(push);
        }
        return outcome;
    }

    private PutOutcome writeFirst(Push push) {
        boolean reports = push.reportsPrevious;
        Map<Tag, Found> seen = new ConcurrentHashMap<>();
        Map<Boolean, List<Tag>> needed =
                push.tags.stream().collect(Collectors.partitioningBy(push.check::isNeeded));
        List<Tag> checked = needed.getOrDefault(true, List.of());
        workers.forEachOrThrow(checked.iterator(), tag -> seen.put(tag, look(push, tag)));
        checked.forEach(tag -> push.check.require(tag, requireNonNull(seen.get(tag))));
        List<Runnable> looks = new ArrayList<>();
        if (amongReplicas || reports) {
            needed.getOrDefault(false, List.of())
                    .forEach(tag -> looks.add(() -> seen.put(tag, look(push, tag))));
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

    private Found look(Push push, Tag tag) {
        return tags.look(push.repository, tag);
    }

    /**
     * Step 3 of the first round.
     *
     * @param seen {@code null}: the tag was not read
     * @return the digest that the tag had, if it was read
     */
    private Optional<Digest> point(Push push, Tag tag, @Nullable Found seen) {
        if (seen == null) {
            tags.point(push.repository, tag, push.digest());
            return Optional.empty();
        }
        return push.check.isNeeded(tag)
                ? tags.pointIf(push.check, push.repository, tag, seen)
                : tags.point(push.repository, tag, push.digest(), seen);
    }

    private void lookForDeletes(Push push) {
        Digest digest = push.digest();
        Set<ObjectKey> ended = Set.of();
        for (int repetitions = 0; !isSafe(push.repository, digest, ended); repetitions++) {
            if (repetitions == MAX_REPETITIONS) {
                throw new Unavailable(
                        digest.toString(),
                        "deletes of the manifest follow each other, so the push cannot be completed: retry it",
                        null);
            }
            ended = tombstones.of(push.repository, digest);
            awaitEnd(digest, ended);
            locks.locked(push.repository, digest, () -> repeat(push));
        }
    }

    /**
     * Repeats steps 1 to 3, for what a delete may have removed. The first round has decided the
     * check: a tag that is missing now was written by this push, and is written again. Only where
     * the condition requires that the tag already points at this manifest, the delete may have made
     * it false, so it is checked again.
     */
    private void repeat(Push push) {
        write(push, List.of());
        for (Tag tag : push.tags) {
            if (push.check.keepsTags()) {
                tags.pointIf(push.check, push.repository, tag, look(push, tag));
            } else {
                tags.point(push.repository, tag, push.digest(), Found.absent());
            }
        }
    }

    /**
     * Whether no delete can have removed what was written.
     *
     * @param ended tombstones of deletes that had ended before the writing began
     */
    private boolean isSafe(RepositoryName repository, Digest digest, Set<ObjectKey> ended) {
        return ended.containsAll(tombstones.of(repository, digest))
                // Other registries write no tombstones.
                && (indexState.isKept() || manifests.isLinkedNow(repository, digest));
    }

    /**
     * The content of the manifest must have been written just before: its time is the store's time.
     */
    private void awaitEnd(Digest digest, Set<ObjectKey> deletes) {
        long deadline = System.nanoTime() + deleteTimeout.toNanos();
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
                        "a delete of the manifest is under way, or its process died less than "
                                + Tombstones.DEAD.toMinutes()
                                + " minutes ago: retry the push",
                        null);
            }
        } while (tombstones.isRunning(delete));
    }

    /**
     * Sleeps for a poll interval; {@code false} when no time is left or the thread is interrupted.
     */
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
     * @param looks reads that are done together with step 1
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
