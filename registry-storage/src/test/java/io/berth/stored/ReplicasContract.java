package io.berth.stored;

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
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.registry.Blob;
import io.berth.registry.PageRequest;
import io.berth.registry.Registry;
import io.berth.registry.TestContent.ImageBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three replicas on one store do whatever comes to mind: push images, move tags, delete tags and
 * manifests, while their store fails, loses answers, and they are killed. Whenever all are at rest
 * an oracle looks whether what is there can be explained by what was answered, and whether all of
 * it is whole.
 *
 * <p>The oracle knows for each operation when it began and ended, and that one which failed may
 * have happened, even later. It asks for no more than that: a tag may hold what some push gave it
 * unless something answered afterwards says otherwise, and what an answered push gave may be gone
 * only if something that can have taken it away was not over before.
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
        return 30;
    }

    private enum Kind {
        PUSH,
        DELETE_TAG,
        DELETE_MANIFEST
    }

    /**
     * @param end of the operation; the greatest number when nobody was told how it ended
     */
    private record Done(
            Kind kind, @Nullable Tag tag, @Nullable Digest digest, long start, long end) {

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
    }

    /** A process: its store answers until it is killed. */
    private static final class Replica {
        private final Registry registry;
        private volatile boolean killed;

        Replica(ObjectStore store, Misfortune misfortune) {
            this.registry =
                    new StoredRegistry(
                            new InterceptedStore(
                                    store,
                                    new InterceptedStore.Interceptor() {
                                        @Override
                                        public void before(Call call) {
                                            misfortune.strikes(Replica.this, call, false);
                                        }

                                        @Override
                                        public void after(Call call) {
                                            misfortune.strikes(Replica.this, call, true);
                                        }
                                    }),
                            StoredRegistryOptions.defaults().far(Duration.ofMillis(20)),
                            Clock.systemUTC());
        }
    }

    /** What befalls the requests to the store. */
    private static final class Misfortune {
        private volatile boolean rests = true;
        private volatile boolean onlyDelays;

        void strikes(Replica replica, Call call, boolean carriedOut) {
            if (rests) {
                return;
            }
            Random random = ThreadLocalRandom.current();
            if (random.nextInt(4) == 0) {
                LockSupport.parkNanos(random.nextInt(500_000));
            }
            if (onlyDelays) {
                return;
            }
            int fate = random.nextInt(400);
            if (fate == 0) {
                replica.killed = true;
            }
            if (replica.killed || fate < 4) {
                boolean changed = carriedOut && call.operation().isChange();
                throw changed
                        ? new ObjectStoreException.OutcomeUnknown(
                                ObjectKey.of("lost"), "answer lost", new IOException())
                        : new ObjectStoreException.Unavailable(call.key(), "misfortune", null);
            }
        }
    }

    private final List<ImageBuilder> images = new ArrayList<>();
    private final List<Manifest> manifests = new ArrayList<>();
    private final Misfortune misfortune = new Misfortune();
    private final Replica[] replicas = new Replica[REPLICAS];
    private final Queue<Done> history = new ConcurrentLinkedQueue<>();
    private final AtomicLong clock = new AtomicLong();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatWasAnsweredStaysTrue(long seed) throws Exception {
        live(seed);
    }

    /** Without an excuse nothing is left behind either. */
    @ParameterizedTest
    @ValueSource(longs = {4, 5, 6})
    void withoutMisfortuneNothingIsLeftBehind(long seed) throws Exception {
        misfortune.onlyDelays = true;
        live(seed);
        assertThat(history).allMatch(Done::answered);
    }

    private void live(long seed) throws Exception {
        for (int i = 0; i < IMAGES; i++) {
            images.add(image("image " + seed + " " + i));
            manifests.add(images.get(i).build());
        }
        for (int i = 0; i < REPLICAS; i++) {
            replicas[i] = new Replica(open(), misfortune);
        }
        CyclicBarrier rest = new CyclicBarrier(THREADS + 1);
        Queue<Throwable> defects = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Random random = new Random(seed * 100 + i);
            threads.add(Thread.ofPlatform().start(() -> act(random, rest, defects)));
        }
        for (int round = 0; round < rounds(); round++) {
            misfortune.rests = false;
            rest.await();
            rest.await();
            misfortune.rests = true;
            check("seed " + seed + ", round " + round);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(defects).isEmpty();
    }

    private void act(Random random, CyclicBarrier rest, Queue<Throwable> defects) {
        try {
            for (int round = 0; round < rounds(); round++) {
                rest.await();
                for (int i = 0; i < 8; i++) {
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
        int number = random.nextInt(IMAGES);
        Tag tag = TAGS.get(random.nextInt(TAGS.size()));
        Digest digest = manifests.get(number).digest();
        Registry registry = alive(place);
        switch (random.nextInt(8)) {
            case 0, 1, 2, 3, 4 ->
                    record(
                            Kind.PUSH,
                            tag,
                            digest,
                            () -> {
                                images.get(number).pushBlobs(registry, REPOSITORY);
                                registry.putManifest(
                                        REPOSITORY, manifests.get(number), List.of(tag));
                            },
                            defects);
            case 5 ->
                    record(
                            Kind.DELETE_TAG,
                            tag,
                            null,
                            () -> registry.deleteTag(REPOSITORY, tag),
                            defects);
            default ->
                    record(
                            Kind.DELETE_MANIFEST,
                            null,
                            digest,
                            () -> registry.deleteManifest(REPOSITORY, digest),
                            defects);
        }
    }

    /** A replica that was killed comes back as a new process. */
    private Registry alive(int place) {
        synchronized (replicas) {
            if (replicas[place].killed) {
                boolean before = misfortune.rests;
                misfortune.rests = true;
                replicas[place] = new Replica(open(), misfortune);
                misfortune.rests = before;
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
        long start = clock.incrementAndGet();
        long end = Long.MAX_VALUE;
        try {
            action.run();
            end = clock.incrementAndGet();
        } catch (RegistryException e) {
            if (e.code() == ErrorCode.MANIFEST_UNKNOWN) {
                return; // nothing was there to delete, and nothing was done
            }
            if (e.code() != ErrorCode.UNAVAILABLE) {
                defects.add(e);
            }
        } catch (RuntimeException e) {
            defects.add(e);
        }
        history.add(new Done(kind, tag, digest, start, end));
    }

    private void check(String when) throws IOException {
        Registry fresh = new Replica(open(), misfortune).registry;
        List<Tag> listed = new ArrayList<>();
        for (Tag tag : TAGS) {
            Digest held = held(fresh, tag);
            if (held != null) {
                listed.add(tag);
                requireWhole(fresh, held, when + ", " + tag);
                assertThat(history)
                        .as("%s: %s may hold %s", when, tag, held)
                        .anyMatch(
                                push ->
                                        push.gives(tag)
                                                && held.equals(push.digest)
                                                && stands(push, held, tag));
            }
            for (Done push : history) {
                if (push.gives(tag) && push.answered() && !Objects.equals(push.digest, held)) {
                    assertThat(history)
                            .as("%s: something took %s away from %s", when, push, tag)
                            .anyMatch(other -> mayTake(other, push, tag) && other.end > push.start);
                }
            }
        }
        List<Tag> shown = listedTags(fresh);
        assertThat(shown).as(when).containsAll(listed);
        // What is listed and leads nowhere is the rest of something that did not end.
        assertThat(shown)
                .as(when)
                .allMatch(
                        tag ->
                                listed.contains(tag)
                                        || history.stream().anyMatch(done -> left(done, tag)));
        for (Manifest manifest : manifests) {
            requireManifest(fresh, manifest.digest(), when);
        }
    }

    private boolean mayTake(Done other, Done push, Tag from) {
        boolean blind = other.kind == Kind.DELETE_MANIFEST && !deletesInOneStep();
        return blind || (push.digest != null && other.takes(push.digest, from));
    }

    private static boolean left(Done done, Tag tag) {
        return !done.answered() && (done.tag == null || done.tag.equals(tag));
    }

    private @Nullable Digest held(Registry registry, Tag tag) {
        Digest digest;
        try {
            digest = registry.resolve(REPOSITORY, tag);
        } catch (RegistryException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_UNKNOWN);
            return null;
        }
        return digest;
    }

    private static List<Tag> listedTags(Registry registry) {
        try {
            return registry.tags(REPOSITORY, PageRequest.first(100)).items();
        } catch (RegistryException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.NAME_UNKNOWN);
            return List.of();
        }
    }

    /** Nothing that was answered, and began only afterwards, contradicts it. */
    private boolean stands(Done push, Digest held, Tag tag) {
        return history.stream()
                .noneMatch(
                        later ->
                                later.answered()
                                        && later.start > push.end
                                        && later.takes(held, tag));
    }

    private void requireManifest(Registry registry, Digest digest, String when) throws IOException {
        for (Done push : history) {
            boolean mustBeThere =
                    push.kind == Kind.PUSH
                            && push.answered()
                            && digest.equals(push.digest)
                            && history.stream()
                                    .noneMatch(
                                            other ->
                                                    other.kind == Kind.DELETE_MANIFEST
                                                            && digest.equals(other.digest)
                                                            && other.end > push.start);
            if (mustBeThere) {
                requireWhole(registry, digest, when);
                return;
            }
        }
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
