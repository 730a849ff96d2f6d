package io.berth.storage;

import static io.berth.registry.TestContent.pushImage;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.ObjectStore;
import io.berth.object.memory.MemoryStore;
import io.berth.registry.PageRequest;
import io.berth.registry.PutOptions;
import io.berth.registry.Registry;
import io.berth.registry.tag.TagProtection;
import io.berth.storage.index.OwnershipMode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Pushes and deletes that respect a protected tag, met by all of another operation of another
 * replica between any two of their requests.
 */
class TagProtectionTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final Tag KEPT = Tag.of("kept");

    /** Protects one tag. */
    private enum Keeping implements TagProtection {
        KEEPING;

        @Override
        public boolean covers(Tag tag) {
            return tag.equals(KEPT);
        }

        @Override
        public Optional<RegistryError> refusal(Tag tag, Digest present, Instant written) {
            assertThat(tag).isEqualTo(KEPT);
            assertThat(written).isBetween(Instant.now().minusSeconds(60), Instant.now());
            return Optional.of(RegistryError.of(ErrorCode.DENIED, present.toString()));
        }
    }

    /** Two replicas on one tree. */
    private static final class Scene {

        final MemoryStore store = new MemoryStore(true);
        final OwnershipMode mode;
        final Registry attacked;
        final Registry other;
        private int left;
        private @Nullable Runnable meeting;

        Scene(OwnershipMode mode) {
            this.mode = mode;
            other = open(store);
            attacked =
                    open(
                            new InterceptedStore(
                                    store,
                                    new InterceptedStore.Interceptor() {
                                        @Override
                                        public void before(Call call) {
                                            meet();
                                        }
                                    }));
        }

        Registry open(ObjectStore store) {
            return new StoredRegistry(
                    store,
                    StoredRegistryOptions.defaults().amongReplicas(Duration.ZERO).with(mode),
                    Clock.systemUTC(),
                    Duration.ZERO);
        }

        private synchronized void meet() {
            Runnable now = meeting;
            if (now != null && --left == 0) {
                now.run();
            }
        }

        void meetAt(int request, Runnable what) {
            left = request;
            meeting = what;
        }

        boolean hasMet() {
            return left <= 0;
        }

        void requireWhole(Tag tag, Manifest manifest, String when) {
            Registry fresh = open(store);
            assertThat(fresh.resolve(REPOSITORY, tag)).as(when).isEqualTo(manifest.digest());
        }
    }

    /** {@code false} when it was refused by the protection. */
    private static boolean push(Registry registry, Manifest manifest) {
        return isAllowed(
                () ->
                        registry.putManifest(
                                REPOSITORY,
                                manifest,
                                tags("kept"),
                                PutOptions.defaults().with(Keeping.KEEPING)));
    }

    private static boolean delete(Registry registry, Manifest manifest) {
        return isAllowed(
                () -> registry.deleteManifest(REPOSITORY, manifest.digest(), Keeping.KEEPING));
    }

    private static boolean isAllowed(Runnable operation) {
        try {
            operation.run();
            return true;
        } catch (RegistryException e) {
            if (e.code() != ErrorCode.DENIED) {
                throw e;
            }
            return false;
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "SHARED"})
    void ofTwoPushesOneWins(OwnershipMode mode) {
        boolean met = true;
        int won = 0;
        int request = 0;
        while (met) {
            request++;
            Scene scene = new Scene(mode);
            Manifest mine = pushImage(scene.other, REPOSITORY, "mine");
            Manifest theirs = pushImage(scene.other, REPOSITORY, "theirs");
            boolean[] theirsWon = {false};
            scene.meetAt(request, () -> theirsWon[0] = push(scene.other, theirs));

            boolean mineWon = push(scene.attacked, mine);

            met = scene.hasMet();
            assertThat(mineWon != theirsWon[0]).as("request %s", request).isTrue();
            scene.requireWhole(KEPT, mineWon ? mine : theirs, "request " + request);
            won += mineWon ? 1 : 0;
        }
        assertThat(won).isBetween(1, request - 1);
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "SHARED"})
    void theSameManifestMayBePushedByBoth(OwnershipMode mode) {
        boolean met = true;
        for (int request = 1; met; request++) {
            Scene scene = new Scene(mode);
            Manifest manifest = pushImage(scene.other, REPOSITORY, "image");
            scene.meetAt(request, () -> assertThat(push(scene.other, manifest)).isTrue());

            assertThat(push(scene.attacked, manifest)).isTrue();

            met = scene.hasMet();
            scene.requireWhole(KEPT, manifest, "request " + request);
        }
    }

    /** Whether a delete is refused or not, the tag leads to the manifest at the end. */
    @ParameterizedTest
    @EnumSource(names = {"AUTO", "SHARED"})
    void aDeleteMeetsAPushOfTheTag(OwnershipMode mode) {
        boolean met = true;
        int refused = 0;
        int request = 0;
        while (met) {
            request++;
            Scene scene = new Scene(mode);
            Manifest manifest = pushImage(scene.other, REPOSITORY, "image", "free");
            boolean[] deleted = {false};
            scene.meetAt(request, () -> deleted[0] = delete(scene.other, manifest));

            assertThat(push(scene.attacked, manifest)).isTrue();

            met = scene.hasMet();
            String when = "request " + request;
            scene.requireWhole(KEPT, manifest, when);
            if (met && !deleted[0]) {
                refused++;
                scene.requireWhole(Tag.of("free"), manifest, when);
            }
        }
        assertThat(refused).isBetween(1, request - 2);
    }

    /** The push may have to be repeated, as another replica deletes meanwhile. */
    @ParameterizedTest
    @EnumSource(names = {"AUTO", "SHARED"})
    void aPushOfTheTagMeetsADelete(OwnershipMode mode) {
        boolean met = true;
        int refused = 0;
        int request = 0;
        while (met) {
            request++;
            Scene scene = new Scene(mode);
            Manifest manifest = pushImage(scene.other, REPOSITORY, "image", "free");
            boolean[] answered = {false};
            scene.meetAt(
                    request,
                    () -> {
                        try {
                            answered[0] = push(scene.other, manifest);
                        } catch (RegistryException e) {
                            assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
                        }
                    });

            boolean deleted = delete(scene.attacked, manifest);

            met = scene.hasMet();
            String when = "request " + request;
            if (met && answered[0] && !deleted) {
                scene.requireWhole(KEPT, manifest, when);
            }
            if (!deleted) {
                refused++;
                scene.requireWhole(Tag.of("free"), manifest, when);
            }
            if (met && !answered[0]) {
                image(scene, manifest);
                scene.requireWhole(KEPT, manifest, when);
            }
        }
        assertThat(refused).isPositive();
    }

    /** As a client does that was told to try again. */
    private static void image(Scene scene, Manifest manifest) {
        pushImage(scene.other, REPOSITORY, "image");
        assertThat(push(scene.other, manifest)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "SHARED"})
    void aRefusedDeleteCanBeRepeatedWhenTheTagIsFree(OwnershipMode mode) {
        Scene scene = new Scene(mode);
        Manifest manifest = pushImage(scene.other, REPOSITORY, "image", "free", "kept");

        assertThat(delete(scene.attacked, manifest)).isFalse();
        assertThat(scene.other.tags(REPOSITORY, PageRequest.first(9)).items())
                .isEqualTo(tags("free", "kept"));
        assertThat(push(scene.other, manifest)).as("does not wait for the delete").isTrue();
        assertThat(isAllowed(() -> scene.other.deleteTag(REPOSITORY, KEPT, Keeping.KEEPING)))
                .isFalse();
        scene.other.deleteTag(REPOSITORY, KEPT, TagProtection.none());
        assertThat(delete(scene.attacked, manifest)).isTrue();
        assertThat(scene.other.tags(REPOSITORY, PageRequest.first(9)).items()).isEqualTo(List.of());
    }
}
