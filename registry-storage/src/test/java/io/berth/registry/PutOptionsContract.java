package io.berth.registry;

import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Digest;
import io.berth.name.Tag;
import io.berth.object.Threads;
import io.berth.registry.tag.TagCondition;
import io.berth.registry.tag.TagProtection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a push must do as its options say, and what pushes and deletes must tell. */
abstract class PutOptionsContract extends RoleContract {

    /** Whether options and outcomes arrive that the wire has no word for. */
    abstract boolean takesEveryOption();

    @Test
    void referencesMayBeMissingOnlyWhereThePushSaysSo() {
        Manifest manifest = image("incomplete").build();
        PutOptions lenient = PutOptions.defaults().with(ReferencePolicy.LENIENT);

        assertFails(
                ErrorCode.MANIFEST_BLOB_UNKNOWN,
                () ->
                        registry()
                                .putManifest(
                                        REPOSITORY, manifest, tags("v1"), PutOptions.defaults()));
        if (takesEveryOption()) {
            registry().putManifest(REPOSITORY, manifest, tags("v1"), lenient);
            assertThat(registry().resolve(REPOSITORY, Tag.of("v1"))).isEqualTo(manifest.digest());
        } else { // the server decides
            assertFails(
                    ErrorCode.MANIFEST_BLOB_UNKNOWN,
                    () -> registry().putManifest(REPOSITORY, manifest, tags("v1"), lenient));
        }
    }

    private PutOutcome push(Manifest manifest, TagCondition condition, String... tags) {
        return registry()
                .putManifest(
                        REPOSITORY, manifest, tags(tags), PutOptions.defaults().with(condition));
    }

    private Manifest prepared(String name) {
        image(name).pushBlobs(registry(), REPOSITORY);
        return image(name).build();
    }

    /**
     * @param present the digest that the refusal must name; {@code null}: none
     */
    private void assertRefused(
            Manifest manifest, TagCondition condition, @Nullable Digest present) {
        assertThatThrownBy(() -> push(manifest, condition, "v1"))
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.TAG_CONDITION_FAILED);
                            String detail = String.valueOf(e.errors().getFirst().detail());
                            assertThat(detail).contains("v1");
                            if (present == null) {
                                assertThat(detail).doesNotContain("sha256:");
                            } else {
                                assertThat(detail).contains(present.toString());
                            }
                        });
    }

    @Test
    void aTagIsMadeOnlyIfItIsAbsent() {
        Manifest first = prepared("first");
        Manifest second = prepared("second");

        push(first, TagCondition.ifAbsent(), "v1");
        assertThat(registry().resolve(REPOSITORY, Tag.of("v1"))).isEqualTo(first.digest());

        assertRefused(second, TagCondition.ifAbsent(), first.digest());
        assertRefused(first, TagCondition.ifAbsent(), first.digest());
        assertThat(registry().resolve(REPOSITORY, Tag.of("v1"))).isEqualTo(first.digest());
        assertFails(
                ErrorCode.MANIFEST_UNKNOWN, () -> registry().manifest(REPOSITORY, second.digest()));

        registry().deleteTag(REPOSITORY, Tag.of("v1"), TagProtection.none());
        push(second, TagCondition.ifAbsent(), "v1");
        assertThat(registry().resolve(REPOSITORY, Tag.of("v1"))).isEqualTo(second.digest());
    }

    @Test
    void aTagIsMovedOnlyIfItIsWhereItIsExpected() {
        Manifest first = prepared("first");
        Manifest second = prepared("second");
        Manifest third = prepared("third");

        assertRefused(first, TagCondition.ifAt(first.digest()), null);
        push(first, TagCondition.any(), "v1");
        assertRefused(third, TagCondition.ifAt(second.digest()), first.digest());
        push(second, TagCondition.ifAt(first.digest()), "v1");
        assertRefused(third, TagCondition.ifAt(first.digest()), second.digest());
        push(second, TagCondition.ifAt(second.digest()), "v1");
        push(third, TagCondition.any(), "v1");

        assertThat(registry().resolve(REPOSITORY, Tag.of("v1"))).isEqualTo(third.digest());
    }

    @Test
    void ofManyPushesUnderOneConditionOneWins() throws Exception {
        List<Manifest> manifests =
                IntStream.range(0, 6).mapToObj(i -> prepared("image " + i)).toList();
        TagCondition condition = TagCondition.ifAbsent();
        for (int round = 0; round < 10; round++) {
            Queue<Digest> winners = new ConcurrentLinkedQueue<>();
            TagCondition current = condition;
            Threads.run(
                    manifests.size(),
                    thread -> {
                        Manifest manifest = manifests.get(thread);
                        try {
                            push(manifest, current, "v1");
                            winners.add(manifest.digest());
                        } catch (RegistryException e) {
                            assertThat(e.code()).isEqualTo(ErrorCode.TAG_CONDITION_FAILED);
                        }
                    });
            Digest held = registry().resolve(REPOSITORY, Tag.of("v1"));
            // A push of what the condition names leaves the condition true.
            if (current instanceof TagCondition.IfAt(Digest digest)) {
                winners.remove(digest);
            }
            assertThat(winners).containsExactly(held);
            condition = TagCondition.ifAt(held);
        }
    }

    @Test
    void aPushSaysWhatWasThere() {
        Manifest first = prepared("first");
        Manifest second = prepared("second");
        PutOptions asking = PutOptions.defaults().reportingPrevious();

        assertPrevious(first, asking, false, Map.of(), "v1", "v2");
        assertPrevious(first, asking, true, Map.of("v1", first), "v1", "v3");
        assertPrevious(second, asking, false, Map.of("v2", first), "new", "v2");
        assertPrevious(second, asking, true, Map.of());
        assertPrevious(
                second,
                asking.with(TagCondition.ifAt(first.digest())),
                true,
                Map.of("v1", first),
                "v1");
        assertPrevious(first, asking.with(TagCondition.ifAbsent()), true, Map.of(), "free");
        assertThat(push(first, TagCondition.any(), "v1")).isEqualTo(PutOutcome.unknown());
    }

    private void assertPrevious(
            Manifest manifest,
            PutOptions options,
            boolean linked,
            Map<String, Manifest> before,
            String... tags) {
        Map<Tag, Digest> digests = new HashMap<>();
        before.forEach((tag, held) -> digests.put(Tag.of(tag), held.digest()));

        assertThat(registry().putManifest(REPOSITORY, manifest, tags(tags), options))
                .isEqualTo(
                        takesEveryOption()
                                ? PutOutcome.of(new PutOutcome.Previous(linked, digests))
                                : PutOutcome.unknown());
    }

    @Test
    void aDeleteSaysWhatItRemoved() {
        Manifest manifest = prepared("image");
        push(manifest, TagCondition.any(), "v1", "v2", "v3");
        push(prepared("other"), TagCondition.any(), "v3");

        assertThat(registry().deleteTag(REPOSITORY, Tag.of("v1"), TagProtection.none()))
                .isEqualTo(takesEveryOption() ? Optional.of(manifest.digest()) : Optional.empty());
        assertThat(registry().deleteManifest(REPOSITORY, manifest.digest(), TagProtection.none()))
                .isEqualTo(
                        takesEveryOption()
                                ? DeleteOutcome.of(Set.of(Tag.of("v2")))
                                : DeleteOutcome.unknown());
    }
}
