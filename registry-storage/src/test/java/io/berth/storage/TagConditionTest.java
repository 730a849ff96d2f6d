package io.berth.storage;

import static io.berth.registry.TestContent.pushImage;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.InterceptedStore.Operation;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.object.memory.MemoryStore;
import io.berth.registry.PageRequest;
import io.berth.registry.PutOptions;
import io.berth.registry.Registry;
import io.berth.registry.tag.TagCondition;
import io.berth.registry.tag.TagProtection;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pushes under a condition, met by all of another operation between any two of their requests. The
 * other registry has locks of its own, so that it is the store that decides.
 */
class TagConditionTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final Tag TAG = Tag.of("tag");

    /** Two registries on one store, and three images in it; the tag may point at the first. */
    private static class Scene implements InterceptedStore.Interceptor {

        final Registry attacked;
        final Registry other;
        final Manifest old;
        final Manifest mine;
        final Manifest theirs;
        private int left;
        private @Nullable Runnable meeting;

        Scene(boolean replicas, boolean tagged) {
            MemoryStore store = new MemoryStore(replicas);
            other = open(store, replicas);
            attacked = open(new InterceptedStore(store, this), replicas);
            String[] tags = tagged ? new String[] {"tag"} : new String[0];
            old = pushImage(other, REPOSITORY, "old", tags);
            mine = pushImage(other, REPOSITORY, "mine");
            theirs = pushImage(other, REPOSITORY, "theirs");
        }

        private static Registry open(ObjectStore store, boolean replicas) {
            StoredRegistryOptions options = StoredRegistryOptions.defaults();
            return new StoredRegistry(
                    store,
                    replicas ? options.amongReplicas(Duration.ofSeconds(10)) : options,
                    Clock.systemUTC());
        }

        /** Before one of the requests that follow, counted from 1. */
        void meetAt(int request, Runnable what) {
            left = request;
            meeting = what;
        }

        boolean hasMet() {
            return left <= 0;
        }

        @Override
        public synchronized void before(Call call) {
            Runnable now = meeting;
            if (now != null && --left == 0) {
                now.run();
            }
        }

        Optional<Digest> pointer() {
            try {
                return Optional.of(other.manifest(REPOSITORY, TAG).digest());
            } catch (RegistryException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_UNKNOWN);
                assertThat(other.tags(REPOSITORY, PageRequest.first(9)).items())
                        .as("a tag that leads nowhere")
                        .isEmpty();
                return Optional.empty();
            }
        }
    }

    private static void push(Registry registry, Manifest manifest, TagCondition condition) {
        registry.putManifest(
                REPOSITORY, manifest, tags("tag"), PutOptions.defaults().with(condition));
    }

    /** Whether the push won; a refusal must name the digest that the tag has. */
    private static boolean wins(
            Scene scene, Registry registry, Manifest manifest, TagCondition condition) {
        try {
            push(registry, manifest, condition);
            return true;
        } catch (RegistryException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.TAG_CONDITION_FAILED);
            assertThat(String.valueOf(e.errors().getFirst().detail()))
                    .contains(scene.pointer().map(Digest::toString).orElse("{tag=tag}"));
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void ofTwoPushesOneWins(boolean replicas, boolean tagged) {
        boolean met = true;
        int request = 0;
        int won = 0;
        while (met) {
            request++;
            Scene scene = new Scene(replicas, tagged);
            TagCondition condition =
                    tagged ? TagCondition.ifAt(scene.old.digest()) : TagCondition.ifAbsent();
            boolean[] theirs = {false};
            scene.meetAt(
                    request, () -> theirs[0] = wins(scene, scene.other, scene.theirs, condition));

            boolean mine = wins(scene, scene.attacked, scene.mine, condition);

            met = scene.hasMet();
            String when = "request " + request;
            assertThat(mine != theirs[0]).as(when).isTrue();
            assertThat(scene.pointer())
                    .as(when)
                    .contains((mine ? scene.mine : scene.theirs).digest());
            won += mine ? 1 : 0;
        }
        assertThat(request).as("requests tried").isGreaterThan(5);
        assertThat(won).as("the first was there before the other").isPositive();
        assertThat(won).as("the other was there before the first").isLessThan(request);
    }

    /** A push without a condition in between counts as the earlier one, or refuses the other. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nothingThatWasPushedMeanwhileIsOverwritten(boolean replicas) {
        boolean met = true;
        for (int request = 1; met; request++) {
            Scene scene = new Scene(replicas, true);
            scene.meetAt(request, () -> wins(scene, scene.other, scene.theirs, TagCondition.any()));

            boolean mine =
                    wins(scene, scene.attacked, scene.mine, TagCondition.ifAt(scene.old.digest()));

            met = scene.hasMet();
            assertThat(scene.pointer())
                    .as("request %s", request)
                    .contains((met ? scene.theirs : scene.mine).digest());
            assertThat(mine || met).isTrue();
        }
    }

    /** What the condition may ask of a push of an image that another replica deletes. */
    enum Asked {
        ABSENT,
        AT_ANOTHER,
        AT_ITSELF
    }

    @ParameterizedTest
    @EnumSource(Asked.class)
    void aDeleteOfTheManifestIsMetByTheRepetition(Asked asked) {
        boolean met = true;
        int refused = 0;
        for (int request = 1; met; request++) {
            Scene scene = new Scene(true, asked != Asked.ABSENT);
            Manifest pushed = asked == Asked.AT_ITSELF ? scene.old : scene.mine;
            TagCondition condition =
                    asked == Asked.ABSENT
                            ? TagCondition.ifAbsent()
                            : TagCondition.ifAt(scene.old.digest());
            scene.meetAt(
                    request,
                    () ->
                            scene.other.deleteManifest(
                                    REPOSITORY, pushed.digest(), TagProtection.none()));

            boolean won = wins(scene, scene.attacked, pushed, condition);

            met = scene.hasMet();
            assertThat(scene.pointer())
                    .as("request %s", request)
                    .isEqualTo(won ? Optional.of(pushed.digest()) : Optional.empty());
            refused += won ? 0 : 1;
        }
        assertThat(refused > 0).as("refused").isEqualTo(asked == Asked.AT_ITSELF);
    }

    /** The answer to the write of the pointer is lost. */
    private static ObjectStoreException.OutcomeUnknown lost() {
        return new ObjectStoreException.OutcomeUnknown(
                ObjectKey.of("lost"), "answer lost", new IOException());
    }

    private static boolean isPointerWrite(Call call) {
        return call.operation() == Operation.PUT && call.key().endsWith("/current/link");
    }

    /**
     * @param carriedOut whether the first write of the pointer arrives although it gets no answer
     * @param moved whether another push moves the tag before the look
     */
    @ParameterizedTest
    @CsvSource({
        "false, false, false",
        "false, false, true",
        "false, true, false",
        "false, true, true",
        "true, false, false",
        "true, false, true",
        "true, true, false",
        "true, true, true"
    })
    void aLostAnswerIsLookedAt(boolean replicas, boolean carriedOut, boolean moved) {
        boolean[] struck = {false};
        Scene scene =
                new Scene(replicas, true) {
                    @Override
                    public void before(Call call) {
                        strike(call, !carriedOut);
                    }

                    @Override
                    public void after(Call call) {
                        strike(call, carriedOut);
                    }

                    private void strike(Call call, boolean now) {
                        if (now && isPointerWrite(call) && !struck[0]) {
                            struck[0] = true;
                            if (moved) {
                                wins(this, other, theirs, TagCondition.any());
                            }
                            throw lost();
                        }
                    }
                };
        TagCondition condition = TagCondition.ifAt(scene.old.digest());
        boolean answered = true;
        try {
            push(scene.attacked, scene.mine, condition);
        } catch (RegistryException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
            answered = false;
        }

        assertThat(struck[0]).isTrue();
        assertThat(answered).isEqualTo(!moved);
        assertThat(scene.pointer()).contains((moved ? scene.theirs : scene.mine).digest());
    }
}
