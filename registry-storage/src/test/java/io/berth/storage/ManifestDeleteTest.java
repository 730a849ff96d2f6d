package io.berth.storage;

import static io.berth.registry.TestContent.pushImage;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.InterceptedStore.Operation;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.memory.MemoryStore;
import io.berth.registry.PageRequest;
import io.berth.registry.PutOptions;
import io.berth.registry.Registry;
import io.berth.registry.tag.TagProtection;
import io.berth.storage.index.OwnershipMode;
import io.berth.storage.tree.PagedListing;
import io.berth.storage.tree.RegistryLayout;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A delete that failed is repeated until it has finished, and no push is undone meanwhile. */
class ManifestDeleteTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");

    private final ObjectStore store = new MemoryStore(true);

    private StoredRegistry replica(ObjectStore seen, OwnershipMode mode) {
        return new StoredRegistry(
                seen,
                StoredRegistryOptions.defaults().amongReplicas(Duration.ofSeconds(10)).with(mode),
                Clock.systemUTC(),
                Duration.ofMillis(50));
    }

    private StoredRegistry replica() {
        return replica(store, OwnershipMode.AUTO);
    }

    private ObjectStore before(Consumer<Call> hook) {
        return intercepted(hook, call -> {});
    }

    private ObjectStore after(Consumer<Call> hook) {
        return intercepted(call -> {}, hook);
    }

    private ObjectStore intercepted(Consumer<Call> before, Consumer<Call> after) {
        return new InterceptedStore(
                store,
                new InterceptedStore.Interceptor() {
                    @Override
                    public void before(Call call) {
                        before.accept(call);
                    }

                    @Override
                    public void after(Call call) {
                        after.accept(call);
                    }
                });
    }

    private static ErrorCode failure(Runnable action) {
        try {
            action.run();
        } catch (RegistryException e) {
            return e.code();
        }
        throw new AssertionError("it was answered");
    }

    /** From whichever request on the store is away for a while. */
    @ParameterizedTest
    @EnumSource(
            value = OwnershipMode.class,
            names = {"AUTO", "SHARED"})
    void aDeleteThatFailedAnywhereIsFinishedByItsRepetition(OwnershipMode mode) {
        boolean reached = true;
        for (int request = 1; reached; request++) {
            Manifest doomed = pushImage(replica(store, mode), REPOSITORY, "doomed", "a", "b");
            int[] left = {Integer.MAX_VALUE};
            StoredRegistry failing =
                    replica(
                            before(
                                    call -> {
                                        synchronized (left) {
                                            if (--left[0] < 0) {
                                                throw new Unavailable(call.key(), "SlowDown", null);
                                            }
                                        }
                                    }),
                            mode);
            left[0] = request;
            try {
                failing.deleteManifest(REPOSITORY, doomed.digest(), TagProtection.none());
                reached = false;
            } catch (RegistryException e) {
                assertThat(e.code()).as("request %s", request).isEqualTo(ErrorCode.UNAVAILABLE);
            }

            StoredRegistry other = replica(store, mode);
            if (reached) {
                other.deleteManifest(
                        REPOSITORY,
                        doomed.digest(),
                        TagProtection.none()); // answered, never "unknown"
            }
            assertThat(
                            failure(
                                    () ->
                                            other.deleteManifest(
                                                    REPOSITORY,
                                                    doomed.digest(),
                                                    TagProtection.none())))
                    .isEqualTo(ErrorCode.MANIFEST_UNKNOWN);
            assertThat(failure(() -> other.resolve(REPOSITORY, Tag.of("a"))))
                    .isEqualTo(ErrorCode.MANIFEST_UNKNOWN);
            store.deleteAll(keysBelowDeletes()); // as if an hour had passed
            assertThat(request).isLessThan(100);
        }
    }

    private List<ObjectKey> keysBelowDeletes() {
        return new PagedListing(store, RegistryLayout.TOMBSTONES)
                .stream().map(ObjectKey::of).toList();
    }

    @Test
    void aPushDuringADeleteWaitsAndIsToldSo() {
        Manifest manifest = pushImage(replica(), REPOSITORY, "image", "v1");
        Registry second = replica();
        ErrorCode[] told = new ErrorCode[1];
        StoredRegistry deleting =
                replica(
                        before(
                                call -> {
                                    if (isUnlink(call)) {
                                        told[0] =
                                                failure(
                                                        () ->
                                                                second.putManifest(
                                                                        REPOSITORY,
                                                                        manifest,
                                                                        tags("v2"),
                                                                        PutOptions.defaults()));
                                    }
                                }),
                        OwnershipMode.AUTO);

        deleting.deleteManifest(REPOSITORY, manifest.digest(), TagProtection.none());

        assertThat(told[0]).isEqualTo(ErrorCode.UNAVAILABLE);
        second.putManifest(REPOSITORY, manifest, tags("v2"), PutOptions.defaults());
        assertThat(replica().resolve(REPOSITORY, Tag.of("v2"))).isEqualTo(manifest.digest());
    }

    private static boolean isUnlink(Call call) {
        return call.operation() == Operation.DELETE && call.key().contains("/revisions/");
    }

    /** The push is under way when the delete begins; it ends when the delete has. */
    @ParameterizedTest
    @ValueSource(strings = {"", "v2"})
    void aPushThatADeletePassesWritesAgain(String tag) {
        List<Tag> pushed = tag.isEmpty() ? List.of() : tags(tag);
        Manifest manifest = pushImage(replica(), REPOSITORY, "image", "v1");
        StoredRegistry second = replica();
        AtomicBoolean met = new AtomicBoolean();
        StoredRegistry pushing =
                replica(
                        after(
                                call -> {
                                    if (isLink(call) && met.compareAndSet(false, true)) {
                                        second.deleteManifest(
                                                REPOSITORY,
                                                manifest.digest(),
                                                TagProtection.none());
                                    }
                                }),
                        OwnershipMode.AUTO);

        pushing.putManifest(REPOSITORY, manifest, pushed, PutOptions.defaults());

        assertThat(met).isTrue();
        assertThat(replica().resolve(REPOSITORY, manifest.digest())).isEqualTo(manifest.digest());
        assertThat(replica().tags(REPOSITORY, PageRequest.first(10)).items()).isEqualTo(pushed);
        for (Tag each : pushed) {
            assertThat(replica().manifest(REPOSITORY, each).digest()).isEqualTo(manifest.digest());
        }
    }

    private static boolean isLink(Call call) {
        return call.operation() == Operation.PUT && call.key().contains("/revisions/");
    }

    /** Both were under way at once, and the one that wrote last counts as the later one. */
    @Test
    void aPushDoesNotOverwriteATagThatMovedSinceItBegan() {
        Manifest one = pushImage(replica(), REPOSITORY, "one", "latest");
        Manifest two = pushImage(replica(), REPOSITORY, "two");
        Manifest three = pushImage(replica(), REPOSITORY, "three");
        StoredRegistry second = replica();
        StoredRegistry pushing =
                meeting(
                        "/tags/latest/current/",
                        () ->
                                second.putManifest(
                                        REPOSITORY, three, tags("latest"), PutOptions.defaults()));

        pushing.putManifest(REPOSITORY, two, tags("latest"), PutOptions.defaults());

        assertThat(one.digest()).isNotEqualTo(two.digest());
        assertThat(replica().resolve(REPOSITORY, Tag.of("latest"))).isEqualTo(three.digest());
    }

    /** Nor does one that has to write again because of a delete. */
    @Test
    void aRepetitionDoesNotOverwriteATagThatMovedSince() {
        Manifest one = pushImage(replica(), REPOSITORY, "one", "v1");
        Manifest two = pushImage(replica(), REPOSITORY, "two");
        StoredRegistry second = replica();
        StoredRegistry pushing =
                replica(
                        once(
                                call ->
                                        call.operation() == Operation.LIST
                                                && call.key().contains("/_berth/deletes/"),
                                () -> {
                                    second.deleteManifest(
                                            REPOSITORY, one.digest(), TagProtection.none());
                                    second.putManifest(
                                            REPOSITORY, two, tags("latest"), PutOptions.defaults());
                                }),
                        OwnershipMode.AUTO);

        pushing.putManifest(REPOSITORY, one, tags("latest"), PutOptions.defaults());

        assertThat(replica().resolve(REPOSITORY, Tag.of("latest"))).isEqualTo(two.digest());
        assertThat(replica().resolve(REPOSITORY, one.digest())).isEqualTo(one.digest());
    }

    /** A replica before whose write of a key another one does something. */
    private StoredRegistry meeting(String written, Runnable other) {
        return replica(
                once(
                        call -> call.operation() == Operation.PUT && call.key().contains(written),
                        other),
                OwnershipMode.AUTO);
    }

    private ObjectStore once(Predicate<Call> when, Runnable action) {
        boolean[] met = {false};
        return before(
                call -> {
                    if (!met[0] && when.test(call)) {
                        met[0] = true;
                        action.run();
                    }
                });
    }
}
