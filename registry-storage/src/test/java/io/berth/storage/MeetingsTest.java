package io.berth.storage;

import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.pushImage;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.memory.MemoryStore;
import io.berth.registry.PageRequest;
import io.berth.registry.Registry;
import io.berth.registry.tag.TagProtection;
import io.berth.storage.index.OwnershipMode;
import io.berth.storage.manifest.Tombstones;
import io.berth.storage.tree.PagedListing;
import io.berth.storage.tree.RegistryLayout;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Two replicas do something to one manifest at the same time: all of what the one does comes
 * between any two requests of the other. Afterwards every tag that is shown leads to the manifest,
 * and the manifest can be deleted with every tag it has.
 *
 * <p>Tombstones of earlier deletes of the manifest are there, which a purge removes.
 *
 * <p>A push that meets a delete of the same manifest waits for its end, which cannot come here; it
 * may fail, and its client repeats it. But what was answered stays: see {@link
 * #whatWasAnsweredIsNotUndoneByWhatBeganBefore}.
 */
class MeetingsTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");

    private enum Action {
        PUSH {
            @Override
            void run(StoredRegistry registry) {
                pushImage(registry, REPOSITORY, "image", "tag");
            }
        },
        PUSH_ANOTHER_TAG {
            @Override
            void run(StoredRegistry registry) {
                pushImage(registry, REPOSITORY, "image", "another");
            }
        },
        MOVE_THE_TAG {
            @Override
            void run(StoredRegistry registry) {
                pushImage(registry, REPOSITORY, "another image", "tag");
            }
        },
        DELETE {
            @Override
            void run(StoredRegistry registry) {
                ignoringUnknown(
                        () -> registry.deleteManifest(REPOSITORY, digest(), TagProtection.none()));
            }
        },
        DELETE_THE_TAG {
            @Override
            void run(StoredRegistry registry) {
                ignoringUnknown(
                        () -> registry.deleteTag(REPOSITORY, Tag.of("tag"), TagProtection.none()));
            }
        },
        PURGE {
            @Override
            void run(StoredRegistry registry) {
                var _ = registry.purgeUploads(Instant.now().minus(Duration.ofDays(7)), false);
            }
        };

        abstract void run(StoredRegistry registry);
    }

    private static Digest digest() {
        return image("image").build().digest();
    }

    private static void ignoringUnknown(Runnable action) {
        try {
            action.run();
        } catch (RegistryException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_UNKNOWN);
        }
    }

    @TestFactory
    Stream<DynamicTest> twoAtOnceWhereIndexesAreKept() {
        return twoAtOnce(OwnershipMode.AUTO);
    }

    @TestFactory
    Stream<DynamicTest> twoAtOnceWhereTheTreeIsSearched() {
        return twoAtOnce(OwnershipMode.SHARED);
    }

    private static Stream<DynamicTest> twoAtOnce(OwnershipMode mode) {
        return Arrays.stream(Action.values())
                .flatMap(
                        one ->
                                Arrays.stream(Action.values())
                                        .flatMap(
                                                other ->
                                                        Stream.of(true, false)
                                                                .map(
                                                                        there ->
                                                                                meeting(
                                                                                        mode, one,
                                                                                        other,
                                                                                        there))));
    }

    private static DynamicTest meeting(
            OwnershipMode mode, Action one, Action other, boolean there) {
        String name = one + " meets " + other + (there ? "" : ", and nothing was there");
        return DynamicTest.dynamicTest(
                name,
                () -> {
                    int request = 1;
                    while (meetsAt(mode, request, one, other, there)) {
                        request++;
                        assertThat(request).as("it goes on for ever").isLessThan(1000);
                    }
                    assertThat(request).as("requests tried").isGreaterThan(1);
                });
    }

    /** Whether there were that many requests. */
    private static boolean meetsAt(
            OwnershipMode mode, int request, Action one, Action other, boolean there) {
        ObjectStore store = new MemoryStore(true);
        StoredRegistry second = open(mode, store);
        pushImage(second, REPOSITORY, "bystander", "bystander");
        if (there) {
            pushImage(second, REPOSITORY, "image", "tag");
        }
        Set<ObjectKey> old = leaveOldTombstones(store);
        AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
        AtomicBoolean answered = new AtomicBoolean();
        StoredRegistry first =
                open(
                        mode,
                        new InterceptedStore(
                                store,
                                new InterceptedStore.Interceptor() {
                                    @Override
                                    public void before(Call call) {
                                        if (left.decrementAndGet() == 0) {
                                            answered.set(isAnswered(other, second));
                                        }
                                    }
                                }));
        left.set(request);

        assertThat(isAnswered(one, first)).isTrue();

        boolean met = left.get() <= 0;
        if (met && !answered.get()) {
            other.run(second);
        }
        String when = one + " meets " + other + " at request " + request;
        if (one == Action.PURGE || (other == Action.PURGE && met)) {
            assertThat(tombstones(store)).as(when).doesNotContainAnyElementsOf(old);
        }
        requireSound(open(mode, store), when);
        return met;
    }

    /** One in each state. */
    private static Set<ObjectKey> leaveOldTombstones(ObjectStore store) {
        Tombstones earlier =
                new Tombstones(
                        store, Clock.offset(Clock.systemUTC(), Duration.ofHours(2).negated()));
        for (Tombstones.State state : Tombstones.State.values()) {
            earlier.end(earlier.begin(REPOSITORY, digest()), state);
        }
        return Set.copyOf(tombstones(store));
    }

    private static List<ObjectKey> tombstones(ObjectStore store) {
        return new PagedListing(store, RegistryLayout.TOMBSTONES)
                .stream().map(ObjectKey::of).toList();
    }

    /** Otherwise it says that the store was not available. */
    private static boolean isAnswered(Action action, StoredRegistry registry) {
        try {
            action.run(registry);
            return true;
        } catch (RegistryException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
            return false;
        }
    }

    /**
     * A delete of the manifest or of its tag begins; before one of its requests the other replica
     * purges and pushes, and is answered or not. What was answered after the delete had written
     * anything is there at the end.
     */
    @TestFactory
    Stream<DynamicTest> whatWasAnsweredIsNotUndoneByWhatBeganBefore() {
        return Arrays.stream(OwnershipMode.values())
                .filter(mode -> mode != OwnershipMode.EXCLUSIVE)
                .flatMap(
                        mode ->
                                Stream.of(Action.DELETE, Action.DELETE_THE_TAG)
                                        .flatMap(
                                                delete ->
                                                        Stream.of(
                                                                        Action.PUSH,
                                                                        Action.PUSH_ANOTHER_TAG)
                                                                .map(
                                                                        push ->
                                                                                pushDuring(
                                                                                        mode,
                                                                                        delete,
                                                                                        push))));
    }

    private static DynamicTest pushDuring(OwnershipMode mode, Action delete, Action push) {
        return DynamicTest.dynamicTest(
                push + " during " + delete + ", " + mode,
                () -> {
                    int request = 1;
                    while (pushDuringAt(mode, request, delete, push)) {
                        request++;
                        assertThat(request).as("it goes on for ever").isLessThan(1000);
                    }
                    assertThat(request).as("requests tried").isGreaterThan(3);
                });
    }

    private static boolean pushDuringAt(
            OwnershipMode mode, int request, Action delete, Action push) {
        ObjectStore store = new MemoryStore(true);
        StoredRegistry second = open(mode, store);
        pushImage(second, REPOSITORY, "bystander", "bystander");
        pushImage(second, REPOSITORY, "image", "tag");
        AtomicInteger left = new AtomicInteger(request);
        AtomicBoolean hasWritten = new AtomicBoolean();
        AtomicBoolean answered = new AtomicBoolean();
        InterceptedStore.Interceptor interceptor =
                new InterceptedStore.Interceptor() {
                    @Override
                    public void before(Call call) {
                        if (left.decrementAndGet() == 0) {
                            boolean begun = hasWritten.get();
                            Action.PURGE.run(second);
                            answered.set(isAnswered(push, second) && begun);
                        }
                    }

                    @Override
                    public void after(Call call) {
                        hasWritten.compareAndSet(false, call.operation().isChange());
                    }
                };

        StoredRegistry first = open(mode, new InterceptedStore(store, interceptor));
        hasWritten.set(false);
        left.set(request);
        isAnswered(delete, first);

        if (answered.get()) {
            Tag tag = Tag.of(push == Action.PUSH ? "tag" : "another");
            Registry fresh = open(mode, store);
            String when = push + " during " + delete + " at request " + request;
            assertThat(fresh.resolve(REPOSITORY, tag)).as(when).isEqualTo(digest());
            assertThat(fresh.manifest(REPOSITORY, digest())).as(when).isNotNull();
        }
        return left.get() <= 0;
    }

    private static void requireSound(Registry registry, String when) {
        List<Tag> tags = registry.tags(REPOSITORY, PageRequest.first(10)).items();
        for (Tag tag : tags) {
            assertThat(registry.manifest(REPOSITORY, tag)).as("%s: %s", when, tag).isNotNull();
        }
        for (Tag tag : tags) {
            Manifest manifest;
            try {
                manifest = registry.manifest(REPOSITORY, tag);
            } catch (RegistryException e) {
                continue; // deleted with another tag of the same manifest
            }
            registry.deleteManifest(REPOSITORY, manifest.digest(), TagProtection.none());
        }
        assertThat(registry.tags(REPOSITORY, PageRequest.first(10)).items()).as(when).isEmpty();
    }

    private static StoredRegistry open(OwnershipMode mode, ObjectStore store) {
        return new StoredRegistry(
                store,
                StoredRegistryOptions.defaults().amongReplicas(Duration.ZERO).with(mode),
                Clock.systemUTC(),
                Duration.ZERO);
    }
}
