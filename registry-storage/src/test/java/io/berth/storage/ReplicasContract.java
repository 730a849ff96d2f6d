package io.berth.storage;

import static io.berth.registry.TestContent.image;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.ImageManifest;
import io.berth.manifest.Manifest;
import io.berth.name.ByteRange;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.ObjectStore;
import io.berth.registry.Blob;
import io.berth.registry.PageRequest;
import io.berth.registry.PutOptions;
import io.berth.registry.Registry;
import io.berth.registry.TestContent.ImageBuilder;
import io.berth.registry.tag.TagProtection;
import io.berth.storage.manifest.Tombstones;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three replicas on one store push the same few images under the same few tags, move the tags, and
 * delete tags and manifests, while their store fails, loses answers, carries out writes late, and
 * replicas are killed. Whenever all are at rest an oracle looks whether what is there can be
 * explained by what was answered, and whether all of it is whole. At the end everything is deleted,
 * and nothing may be left.
 *
 * <p>The oracle knows for each operation when it began and ended, and that one which failed may
 * have happened, even later, but not after the rest. A tag may hold what some push gave it unless
 * something answered afterwards says otherwise. What an answered push gave may be gone only if
 * something that can have taken it away was not over before; a delete of the manifest only if it
 * wrote its tombstone after the push had looked for one.
 */
abstract class ReplicasContract {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final int REPLICAS = 3;
    private static final int THREADS = 6;
    private static final int IMAGES = 4;
    private static final List<Tag> TAGS = Stream.of("a", "a-b", "latest").map(Tag::of).toList();

    /** The store as a new replica opens it. */
    protected abstract ObjectStore open();

    /**
     * Whether the store deletes an object only as it was expected, in one step. Where it looks
     * first, a tag that moves in that instant may be deleted with the manifest it moved from.
     */
    protected boolean deletesInOneStep() {
        return true;
    }

    /** How often all come to rest. */
    protected int rounds() {
        return 350;
    }

    /** Operations of each thread between two rests. With the rounds: 100,800 in all. */
    protected int operationsPerRound() {
        return 48;
    }

    private enum Kind {
        PUSH,
        DELETE_TAG,
        DELETE_MANIFEST
    }

    /**
     * @param look when a push last looked for tombstones, or a delete had written one; 0: never
     * @param end of the operation; the greatest number when nobody was told how it ended
     */
    private record Done(
            Kind kind,
            @Nullable Tag tag,
            @Nullable Digest digest,
            long start,
            long look,
            long end) {

        boolean answered() {
            return end != Long.MAX_VALUE;
        }

        boolean gives(Tag to) {
            return kind == Kind.PUSH && to.equals(tag);
        }

        /** Whether it can have taken a manifest away from a tag. */
        boolean takes(Digest held, Tag from) {
            return switch (kind) {
                case PUSH -> from.equals(tag) && !held.equals(digest);
                case DELETE_TAG -> from.equals(tag);
                case DELETE_MANIFEST -> held.equals(digest);
            };
        }

        /**
         * Whether it was not over before an answered push began, and the push cannot have seen it.
         */
        boolean mayUndo(Done push) {
            return kind == Kind.DELETE_MANIFEST ? look > push.look : end > push.start;
        }
    }

    /** An operation under way, for the requests that its thread and its workers send. */
    private static final class Current {
        private volatile long look;
    }

    /** Time passes only at rest: what a replica that was killed held is free then. */
    private static final class RestClock extends Clock {
        private final AtomicLong millis = new AtomicLong(1_800_000_000_000L);

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis.get());
        }

        void pass(Duration time) {
            millis.addAndGet(time.toMillis());
        }
    }

    /** A process: its store answers until it is killed. */
    private final class Replica {
        private final StoredRegistry registry;
        private final AtomicBoolean killed = new AtomicBoolean();

        Replica(ObjectStore store) {
            InterceptedStore.Interceptor interceptor =
                    new InterceptedStore.Interceptor() {
                        @Override
                        public void before(Call call) {
                            noteLook(call, InterceptedStore.Operation.LIST);
                            misfortune.strikes(killed, call, false);
                        }

                        @Override
                        public void after(Call call) {
                            noteLook(call, InterceptedStore.Operation.PUT);
                            misfortune.strikes(killed, call, true);
                        }
                    };
            this.registry =
                    new StoredRegistry(
                            new InterceptedStore(misfortune.late(store), interceptor),
                            StoredRegistryOptions.defaults().amongReplicas(Duration.ofMillis(20)),
                            time,
                            Duration.ofMillis(2));
        }

        /** A push's last look for tombstones before it is sent, a delete's first after it. */
        private void noteLook(Call call, InterceptedStore.Operation operation) {
            Current operationUnderWay = current.get();
            if (operationUnderWay == null
                    || call.operation() != operation
                    || !call.key().contains("/_berth/deletes/")) {
                return;
            }
            if (operation == InterceptedStore.Operation.LIST || operationUnderWay.look == 0) {
                operationUnderWay.look = clock.incrementAndGet();
            }
        }
    }

    private final List<Manifest> manifests = new ArrayList<>();
    private final Misfortune misfortune = new Misfortune();
    private final Replica[] replicas = new Replica[REPLICAS];
    private final Queue<Done> history = new ConcurrentLinkedQueue<>();
    private final AtomicLong clock = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final RestClock time = new RestClock();
    private final ThreadLocal<@Nullable Current> current = new ThreadLocal<>();

    @ParameterizedTest
    @ValueSource(longs = {1})
    void whatWasAnsweredStaysTrue(long seed) throws Exception {
        live(seed, rounds());
    }

    /** Without an excuse nothing is left behind either. */
    @ParameterizedTest
    @ValueSource(longs = {2, 3})
    void withoutMisfortuneNothingIsLeftBehind(long seed) throws Exception {
        misfortune.onlyDelays = true;
        live(seed, Math.max(1, rounds() / 50));
    }

    private void live(long seed, int rounds) throws Exception {
        misfortune.seed = seed;
        for (int i = 0; i < REPLICAS; i++) {
            replicas[i] = new Replica(open());
        }
        for (int i = 0; i < IMAGES; i++) {
            ImageBuilder image = image("image " + seed + " " + i);
            image.pushBlobs(replicas[0].registry, REPOSITORY);
            manifests.add(image.build());
        }
        Queue<Throwable> defects = new ConcurrentLinkedQueue<>();
        CyclicBarrier rest = new CyclicBarrier(THREADS + 1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Random random = new Random(seed * 100 + i);
            threads.add(
                    Thread.ofPlatform().daemon().start(() -> act(random, rounds, rest, defects)));
        }
        for (int round = 0; round < rounds; round++) {
            misfortune.rests = false;
            rest.await();
            rest.await();
            misfortune.rest();
            assertThat(defects).as("seed %s, round %s", seed, round).isEmpty();
            check("seed " + seed + ", round " + round);
            startAnew();
            time.pass(Tombstones.SETTLED.plusMinutes(1));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        long all = (long) rounds * THREADS * operationsPerRound();
        assertThat(answered.get()).as("of %s operations", all).isGreaterThan(all / 2);
        deleteEverything("seed " + seed + ", at the end");
    }

    private void act(Random random, int rounds, CyclicBarrier rest, Queue<Throwable> defects) {
        try {
            for (int round = 0; round < rounds; round++) {
                rest.await();
                for (int i = 0; i < operationsPerRound(); i++) {
                    actOnce(random, defects);
                }
                rest.await();
            }
        } catch (Exception e) {
            defects.add(e);
        }
    }

    private void actOnce(Random random, Queue<Throwable> defects) {
        int place = random.nextInt(REPLICAS);
        Manifest manifest = manifests.get(random.nextInt(IMAGES));
        Digest digest = manifest.digest();
        Tag tag = TAGS.get(random.nextInt(TAGS.size()));
        StoredRegistry registry = alive(place);
        if (random.nextInt(16) == 0) {
            purge(registry, defects);
        }
        switch (random.nextInt(8)) {
            case 0, 1, 2, 3, 4 ->
                    record(
                            Kind.PUSH,
                            tag,
                            digest,
                            () ->
                                    registry.putManifest(
                                            REPOSITORY,
                                            manifest,
                                            List.of(tag),
                                            PutOptions.defaults()),
                            defects);
            case 5 ->
                    record(
                            Kind.DELETE_TAG,
                            tag,
                            null,
                            () -> registry.deleteTag(REPOSITORY, tag, TagProtection.none()),
                            defects);
            default ->
                    record(
                            Kind.DELETE_MANIFEST,
                            null,
                            digest,
                            () -> registry.deleteManifest(REPOSITORY, digest, TagProtection.none()),
                            defects);
        }
    }

    /** Removes tombstones of earlier rounds, and what was answered stays true. */
    private void purge(StoredRegistry registry, Queue<Throwable> defects) {
        try {
            var _ = registry.purgeUploads(time.instant().minus(Duration.ofDays(7)), false);
        } catch (RegistryException e) {
            if (e.code() != ErrorCode.UNAVAILABLE) {
                defects.add(e);
            }
        } catch (Throwable e) {
            defects.add(e);
        }
    }

    /** A replica that was killed comes back as a new process. */
    private StoredRegistry alive(int place) {
        synchronized (replicas) {
            while (replicas[place].killed.get()) {
                try {
                    replicas[place] = new Replica(open());
                } catch (RegistryException e) {
                    // its store failed; once more
                }
            }
            return replicas[place].registry;
        }
    }

    private void record(
            Kind kind,
            @Nullable Tag tag,
            @Nullable Digest digest,
            Runnable action,
            Queue<Throwable> defects) {
        Current operation = new Current();
        current.set(operation);
        long start = clock.incrementAndGet();
        long end = Long.MAX_VALUE;
        try {
            action.run();
            end = clock.incrementAndGet();
            answered.incrementAndGet();
        } catch (RegistryException e) {
            if (e.code() == ErrorCode.MANIFEST_UNKNOWN) {
                answered.incrementAndGet();
                return; // nothing was there to delete, and nothing was done
            }
            if (e.code() != ErrorCode.UNAVAILABLE) {
                defects.add(e);
            }
        } catch (Throwable e) {
            defects.add(e);
        } finally {
            current.remove();
        }
        history.add(new Done(kind, tag, digest, start, operation.look, end));
    }

    private Registry fresh() {
        return new Replica(open()).registry;
    }

    private void check(String when) throws IOException {
        Registry fresh = fresh();
        List<Tag> listed = new ArrayList<>();
        for (Tag tag : TAGS) {
            Digest held = held(fresh, tag);
            if (held != null) {
                listed.add(tag);
                requireWhole(fresh, held, when + ", " + tag);
                assertThat(history)
                        .as("%s: %s may hold %s", when, tag, held)
                        .anyMatch(push -> push.gives(tag) && stands(push, held, tag));
            }
            for (Done push : history) {
                if (push.gives(tag) && push.answered() && !Objects.equals(push.digest, held)) {
                    assertThat(history)
                            .as("%s: something took %s away from %s", when, push, tag)
                            .anyMatch(other -> mayTake(other, push, tag));
                }
            }
        }
        List<Tag> shown = listedTags(fresh);
        assertThat(shown).as(when).containsAll(listed);
        // What is listed and leads nowhere is the rest of a push that was not answered.
        assertThat(shown)
                .as(when)
                .allMatch(
                        tag ->
                                listed.contains(tag)
                                        || history.stream().anyMatch(d -> left(d, tag)));
        for (Manifest manifest : manifests) {
            requireManifest(fresh, manifest.digest(), when);
        }
        if (!listed.isEmpty()) {
            assertThat(fresh.repositories(PageRequest.first(10), _ -> true).items())
                    .as(when)
                    .contains(REPOSITORY);
        }
    }

    private boolean mayTake(Done other, Done push, Tag from) {
        if (other.kind == Kind.DELETE_MANIFEST && !deletesInOneStep()) {
            return other.end > push.start;
        }
        return push.digest != null && other.takes(push.digest, from) && other.mayUndo(push);
    }

    private static boolean left(Done done, Tag tag) {
        return !done.answered() && done.gives(tag);
    }

    /**
     * What is there now is all that is known when nothing is under way: it counts as pushed just
     * now. A tag that leads nowhere stays the rest of a push that was not answered.
     */
    private void startAnew() {
        Registry fresh = fresh();
        List<Tag> shown = listedTags(fresh);
        List<Done> known = new ArrayList<>();
        for (Manifest manifest : manifests) {
            if (isThere(fresh, manifest.digest())) {
                known.add(known(null, manifest.digest(), true));
            }
        }
        for (Tag tag : TAGS) {
            Digest held = held(fresh, tag);
            if (held != null) {
                known.add(known(tag, held, true));
            } else if (shown.contains(tag)) {
                // Whichever of them it points at, it is there again when that is.
                manifests.forEach(manifest -> known.add(known(tag, manifest.digest(), false)));
            }
        }
        history.clear();
        history.addAll(known);
    }

    private Done known(@Nullable Tag tag, Digest digest, boolean answered) {
        long now = clock.incrementAndGet();
        return new Done(Kind.PUSH, tag, digest, now, now, answered ? now : Long.MAX_VALUE);
    }

    /** What did not end is repeated until it has: nothing is left that shows. */
    private void deleteEverything(String when) {
        Registry fresh = fresh();
        for (Manifest manifest : manifests) {
            try {
                fresh.deleteManifest(REPOSITORY, manifest.digest(), TagProtection.none());
            } catch (RegistryException e) {
                assertThat(e.code()).as(when).isEqualTo(ErrorCode.MANIFEST_UNKNOWN);
            }
            assertThat(isThere(fresh, manifest.digest())).as(when).isFalse();
        }
        for (Tag tag : listedTags(fresh)) {
            assertThat(history).as("%s: %s", when, tag).anyMatch(done -> left(done, tag));
            fresh.deleteTag(REPOSITORY, tag, TagProtection.none());
        }
        assertThat(listedTags(fresh)).as(when).isEmpty();
    }

    private static boolean isThere(Registry registry, Digest digest) {
        try {
            registry.resolve(REPOSITORY, digest);
            return true;
        } catch (RegistryException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_UNKNOWN);
            return false;
        }
    }

    private static @Nullable Digest held(Registry registry, Tag tag) {
        try {
            return registry.resolve(REPOSITORY, tag);
        } catch (RegistryException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_UNKNOWN);
            return null;
        }
    }

    private static List<Tag> listedTags(Registry registry) {
        try {
            return registry.tags(REPOSITORY, PageRequest.first(100)).items();
        } catch (RegistryException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.NAME_UNKNOWN);
            return List.of();
        }
    }

    /** It gave the tag this manifest, and nothing that was answered and began later took it. */
    private boolean stands(Done push, Digest held, Tag tag) {
        return held.equals(push.digest)
                && history.stream()
                        .noneMatch(
                                later ->
                                        later.answered()
                                                && later.start > push.end
                                                && later.takes(held, tag));
    }

    private void requireManifest(Registry registry, Digest digest, String when) throws IOException {
        if (isThere(registry, digest)) {
            assertThat(history)
                    .as("%s: %s may be there", when, digest)
                    .anyMatch(push -> isPushOf(digest, push) && !isDeletedAfter(push, digest));
            requireWhole(registry, digest, when);
            return;
        }
        for (Done push : history) {
            if (isPushOf(digest, push) && push.answered()) {
                assertThat(history)
                        .as("%s: something took %s away", when, push)
                        .anyMatch(
                                other ->
                                        other.kind == Kind.DELETE_MANIFEST
                                                && digest.equals(other.digest)
                                                && other.mayUndo(push));
            }
        }
    }

    private static boolean isPushOf(Digest digest, Done done) {
        return done.kind == Kind.PUSH && digest.equals(done.digest);
    }

    private boolean isDeletedAfter(Done push, Digest digest) {
        return history.stream()
                .anyMatch(
                        later ->
                                later.kind == Kind.DELETE_MANIFEST
                                        && later.answered()
                                        && later.start > push.end
                                        && digest.equals(later.digest));
    }

    private static void requireWhole(Registry registry, Digest digest, String when)
            throws IOException {
        Manifest manifest;
        try {
            manifest = registry.manifest(REPOSITORY, digest);
        } catch (RegistryException e) {
            throw new AssertionError(when + ": " + digest + " must be there", e);
        }
        ImageManifest image = (ImageManifest) manifest;
        for (Descriptor layer : image.layers()) {
            Blob blob = registry.blob(REPOSITORY, layer.digest());
            try (InputStream in = blob.open(ByteRange.all(layer.size()))) {
                assertThat(Digest.ofContent(HashAlgorithm.SHA256, in.readAllBytes()))
                        .as(when)
                        .isEqualTo(layer.digest());
            }
        }
    }
}
