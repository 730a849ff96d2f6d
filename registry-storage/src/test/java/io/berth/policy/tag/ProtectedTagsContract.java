package io.berth.policy.tag;

import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.pushBlob;
import static io.berth.registry.TestContent.pushImage;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.Threads;
import io.berth.policy.access.RepositoryGlob;
import io.berth.policy.access.TextGlob;
import io.berth.policy.tag.TagRule.Change;
import io.berth.registry.PageRequest;
import io.berth.registry.PutOptions;
import io.berth.registry.ReferencePolicy;
import io.berth.registry.Registry;
import io.berth.registry.TestContent;
import io.berth.registry.tag.TagCondition;
import io.berth.registry.tag.TagProtection;
import io.berth.setting.GoDuration;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What rules for tags do, whatever the registry stands on. */
abstract class ProtectedTagsContract {

    static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    static final RepositoryName OTHER = RepositoryName.of("team/app");

    private static final PutOptions OPTIONS = PutOptions.defaults().with(ReferencePolicy.LENIENT);

    private List<TagRule> rules =
            List.of(
                    rule("releases", "v*", Change.OVERWRITE, Change.DELETE),
                    rule("fixed", "fixed", Change.OVERWRITE),
                    rule("there", "there", Change.DELETE));

    /** The registry behind the rules. */
    abstract Registry stored();

    /** The registries of replicas, among them {@link #stored}. */
    List<Registry> replicas() {
        return List.of(stored());
    }

    private static TagRule rule(String name, String tags, Change... refused) {
        return rule(name, tags, null, null, refused);
    }

    private static TagRule rule(
            String name,
            String tags,
            @Nullable Instant until,
            @Nullable Duration keepFor,
            Change... refused) {
        return new TagRule(
                name,
                List.of(RepositoryGlob.of("library/**")),
                List.of(TextGlob.of(tags)),
                List.of(TextGlob.of("v*-rc*")),
                List.of(refused),
                until,
                keepFor == null ? null : new GoDuration(keepFor));
    }

    private Registry guarded(Registry registry) {
        return new ProtectedTagsRegistry(registry, () -> rules, Clock.systemUTC());
    }

    private Registry registry() {
        return guarded(stored());
    }

    private static void put(Registry registry, Manifest manifest, String... tags) {
        registry.putManifest(REPOSITORY, manifest, tags(tags), OPTIONS);
    }

    private static Manifest manifest(String name) {
        return image(name).build();
    }

    private static void assertDenied(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.DENIED);
                            assertThat(e.getMessage()).contains(parts);
                        });
    }

    private void assertAt(String tag, Manifest manifest) {
        assertThat(stored().resolve(REPOSITORY, Tag.of(tag))).isEqualTo(manifest.digest());
    }

    /** The digests whose pushes succeeded, of one push of each manifest, all at once. */
    final Queue<Digest> race(List<Manifest> manifests, String tag) throws Exception {
        List<Registry> replicas = replicas().stream().map(this::guarded).toList();
        Queue<Digest> winners = new ConcurrentLinkedQueue<>();
        Threads.run(
                manifests.size(),
                thread -> {
                    Manifest manifest = manifests.get(thread);
                    try {
                        put(replicas.get(thread % replicas.size()), manifest, tag);
                        winners.add(manifest.digest());
                    } catch (RegistryException e) {
                        assertThat(e.code()).isEqualTo(ErrorCode.DENIED);
                        assertThat(e.getMessage()).contains(tag, "releases");
                    }
                });
        return winners;
    }

    final List<Manifest> manifests() {
        return IntStream.range(0, 200).mapToObj(i -> manifest("image " + i)).toList();
    }

    @Test
    void ofTwoHundredPushersOneWins() throws Exception {
        Queue<Digest> winners = race(manifests(), "v1");

        assertThat(winners).containsExactly(stored().resolve(REPOSITORY, Tag.of("v1")));
    }

    @Test
    void manyMayPushTheSame() throws Exception {
        Manifest manifest = manifest("image");

        assertThat(race(Collections.nCopies(30, manifest), "v1")).hasSize(30);
        assertAt("v1", manifest);
    }

    @Test
    void aPushThatWouldMoveATagIsRefused() {
        Manifest first = manifest("first");
        Manifest second = manifest("second");
        put(registry(), first, "v1", "fixed", "there", "free", "v2-rc1");

        put(registry(), first, "v1", "fixed");
        put(registry(), second, "there", "free", "v2-rc1");
        assertDenied(() -> put(registry(), second, "v1"), "v1", "library/app", "releases");
        assertDenied(() -> put(registry(), manifest("third"), "new", "fixed"), "fixed");

        assertAt("v1", first);
        assertAt("fixed", first);
        assertAt("there", second);
        assertThat(stored().tags(REPOSITORY, PageRequest.first(9)).items())
                .as("nothing was written")
                .isEqualTo(tags("fixed", "free", "there", "v1", "v2-rc1"));
        assertThatThrownBy(() -> stored().resolve(REPOSITORY, manifest("third").digest()))
                .isInstanceOf(RegistryException.class);
    }

    /** Both have to hold; that of the client is told first. */
    @Test
    void aConditionOfTheClientCountsAsWell() {
        Manifest first = manifest("first");
        Manifest second = manifest("second");
        Registry registry = registry();
        PutOptions absent = OPTIONS.with(TagCondition.ifAbsent());
        PutOptions atFirst = OPTIONS.with(TagCondition.ifAt(first.digest()));

        registry.putManifest(REPOSITORY, first, tags("v1"), absent);
        registry.putManifest(REPOSITORY, first, tags("v1"), atFirst);
        assertDenied(() -> registry.putManifest(REPOSITORY, second, tags("v1"), atFirst), "v1");
        for (Manifest manifest : List.of(first, second)) {
            assertThatThrownBy(() -> registry.putManifest(REPOSITORY, manifest, tags("v1"), absent))
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.TAG_CONDITION_FAILED));
        }
        assertAt("v1", first);
    }

    @Test
    void aDeleteThatWouldTakeATagIsRefusedAndRemovesNothing() {
        Manifest manifest = manifest("image");
        put(registry(), manifest, "free", "there", "v1");

        assertDenied(() -> delete("v1"), "v1", "releases");
        assertThatThrownBy(
                        () ->
                                registry()
                                        .deleteManifest(
                                                REPOSITORY,
                                                manifest.digest(),
                                                TagProtection.none()))
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e ->
                                assertThat(e.errors())
                                        .extracting(error -> error.message())
                                        .hasSize(2)
                                        .anyMatch(message -> message.contains("tag v1"))
                                        .anyMatch(message -> message.contains("tag there")));
        assertThat(stored().tags(REPOSITORY, PageRequest.first(9)).items())
                .isEqualTo(tags("free", "there", "v1"));
        assertAt("free", manifest);

        put(registry(), manifest("other"), "there");
        rules = List.of();
        delete("v1");
        rules = List.of(rule("there", "there", Change.DELETE));
        registry().deleteManifest(REPOSITORY, manifest.digest(), TagProtection.none());
        assertThat(stored().tags(REPOSITORY, PageRequest.first(9)).items())
                .isEqualTo(tags("there"));
    }

    private void delete(String tag) {
        registry().deleteTag(REPOSITORY, Tag.of(tag), TagProtection.none());
    }

    @Test
    void aTagThatMustNotMoveMayBeDeletedUnlessARuleSaysSo() {
        put(registry(), manifest("first"), "fixed");

        delete("fixed");
        put(registry(), manifest("second"), "fixed");

        assertAt("fixed", manifest("second"));
    }

    @Test
    void aRuleEnds() {
        Manifest first = manifest("first");
        Manifest second = manifest("second");
        put(registry(), first, "v1", "v2");
        Instant now = Instant.now();

        rules = List.of(rule("r", "*", now.plusSeconds(60), null, Change.OVERWRITE));
        assertDenied(
                () -> put(registry(), second, "v1"),
                "until " + now.plusSeconds(60).toString().substring(0, 19));
        rules = List.of(rule("r", "*", now.minusSeconds(1), null, Change.OVERWRITE));
        put(registry(), second, "v1");
        assertAt("v1", second);
    }

    @Test
    void aTagIsFreeAgainSomeTimeAfterItsLastPush() throws Exception {
        Manifest first = manifest("first");
        put(registry(), first, "v1");

        rules = List.of(rule("r", "*", null, Duration.ofHours(1), Change.OVERWRITE, Change.DELETE));
        assertDenied(() -> put(registry(), manifest("second"), "v1"), "until");
        assertDenied(() -> delete("v1"), "until");
        rules =
                List.of(
                        rule(
                                "r",
                                "*",
                                null,
                                Duration.ofMillis(1),
                                Change.OVERWRITE,
                                Change.DELETE));
        Thread.sleep(20);
        put(registry(), manifest("second"), "v1");
        Thread.sleep(20);
        registry().deleteManifest(REPOSITORY, manifest("second").digest(), TagProtection.none());
    }

    @Test
    void otherRepositoriesAreFree() {
        Registry registry = registry();
        pushImage(registry, OTHER, "first", "v1");
        Manifest second = pushImage(registry, OTHER, "second", "v1");
        Digest blob = pushBlob(registry, OTHER, TestContent.bytes("x"));

        registry.deleteBlob(OTHER, blob);
        registry.deleteManifest(OTHER, second.digest(), TagProtection.none());
    }

    @Test
    void blobsOfImagesThatAreKeptAreKept() {
        Digest blob = pushBlob(registry(), REPOSITORY, TestContent.bytes("x"));

        assertDenied(() -> registry().deleteBlob(REPOSITORY, blob), "blobs", "releases");
        rules = List.of(rule("fixed", "fixed", Change.OVERWRITE));
        registry().deleteBlob(REPOSITORY, blob);
    }
}
