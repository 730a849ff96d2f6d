package io.berth.storage.index;

import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.pushImage;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.manifest.Manifest;
import io.berth.name.RepositoryName;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.Eventually;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.object.memory.MemoryStore;
import io.berth.registry.PageRequest;
import io.berth.registry.PutOptions;
import io.berth.registry.Registry;
import io.berth.registry.tag.TagProtection;
import io.berth.storage.StoredRegistry;
import io.berth.storage.StoredRegistryOptions;
import io.berth.storage.tree.PagedListing;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Trees that others have written, write, or will write. */
class OwnershipTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final ObjectKey OWNER = ObjectKey.of("docker/registry/v2/_berth/owner");
    private static final ObjectKey COMPLETE =
            ObjectKey.of("docker/registry/v2/repositories/library/app/_berth/tags/complete");

    private final ObjectStore store = new MemoryStore();

    private Registry open(OwnershipMode mode) {
        return new StoredRegistry(
                store, StoredRegistryOptions.defaults().with(mode), Clock.systemUTC());
    }

    private boolean isThere(ObjectKey key) {
        try {
            store.head(key);
            return true;
        } catch (ObjectStoreException.NotFound e) {
            return false;
        }
    }

    private String marker() {
        return new String(store.read(OWNER, 1024), StandardCharsets.US_ASCII);
    }

    /** As another registry does: it knows no index. */
    private void tagBehindOurBack(String tag, Manifest manifest) {
        byte[] link = manifest.digest().toString().getBytes(StandardCharsets.US_ASCII);
        String folder = "docker/registry/v2/repositories/library/app/_manifests/tags/" + tag;
        for (String key :
                List.of(
                        folder + "/index/sha256/" + manifest.digest().encoded() + "/link",
                        folder + "/current/link")) {
            store.put(ObjectKey.of(key), link, Condition.always(), Durability.WHOLE);
        }
    }

    @Test
    void anEmptyTreeBecomesExclusive() {
        open(OwnershipMode.AUTO);

        assertThat(marker()).isNotEmpty().doesNotContain("shared");
    }

    @Test
    void aTreeThatSomebodyWroteStaysShared() {
        pushImage(open(OwnershipMode.SHARED), REPOSITORY, "a", "v1");

        open(OwnershipMode.AUTO);

        assertThat(marker()).startsWith("shared ");
    }

    @Test
    void aTreeOfAnotherRegistryIsMarkedShared() {
        tagBehindOurBack("theirs", image("a").build());

        open(OwnershipMode.AUTO);

        assertThat(marker()).startsWith("shared ");
    }

    @Test
    void theMarkerChangesOnlyWhereTheSettingSaysSo() {
        open(OwnershipMode.AUTO);
        String exclusive = marker();
        open(OwnershipMode.EXCLUSIVE);
        assertThat(marker()).isEqualTo(exclusive);
        open(OwnershipMode.SHARED);
        String shared = marker();
        assertThat(shared).startsWith("shared ");
        open(OwnershipMode.AUTO);
        assertThat(marker()).isEqualTo(shared);
        open(OwnershipMode.EXCLUSIVE);

        assertThat(marker()).doesNotContain("shared").isNotEqualTo(exclusive);
    }

    @Test
    void aMarkerThatSomebodyEditedIsTakenAsItIs() {
        store.put(
                OWNER,
                "by-hand\n".getBytes(StandardCharsets.US_ASCII),
                Condition.always(),
                Durability.DURABLE);
        Registry registry = open(OwnershipMode.AUTO);

        pushImage(registry, REPOSITORY, "a", "v1");

        assertThat(registry.tags(REPOSITORY, PageRequest.first(10)).items()).isEqualTo(tags("v1"));
    }

    @Test
    void inASharedTreeForeignTagsAreDeletedWithTheirManifest() {
        Registry registry = open(OwnershipMode.SHARED);
        Manifest manifest = pushImage(registry, REPOSITORY, "a", "ours");
        tagBehindOurBack("theirs", manifest);

        registry.deleteManifest(REPOSITORY, manifest.digest(), TagProtection.none());

        assertThat(registry.tags(REPOSITORY, PageRequest.first(10)).items()).isEmpty();
    }

    @Test
    void whatWasCompleteBeforeOthersWroteIsNotTrustedAfterwards() {
        Manifest manifest = pushImage(open(OwnershipMode.AUTO), REPOSITORY, "a", "ours");
        assertThat(isThere(COMPLETE)).isTrue();
        open(OwnershipMode.SHARED);
        tagBehindOurBack("theirs", manifest);
        Registry registry = open(OwnershipMode.EXCLUSIVE);

        registry.deleteManifest(REPOSITORY, manifest.digest(), TagProtection.none());

        assertThat(registry.tags(REPOSITORY, PageRequest.first(10)).items()).isEmpty();
    }

    @Test
    void anOlderRepositoryIsIndexedOnceItWasSearched() throws Exception {
        Registry before = open(OwnershipMode.SHARED);
        Manifest kept = pushImage(before, REPOSITORY, "kept", "a", "b");
        Manifest doomed = pushImage(before, REPOSITORY, "doomed", "c");
        image("about").subject(kept.digest()).pushBlobs(before, REPOSITORY);
        Manifest about = image("about").subject(kept.digest()).build();
        before.putManifest(REPOSITORY, about, List.of(), PutOptions.defaults());
        Registry registry = open(OwnershipMode.EXCLUSIVE);

        registry.deleteManifest(REPOSITORY, doomed.digest(), TagProtection.none());

        Eventually.await("the index is built", () -> isThere(COMPLETE));
        Registry restarted = open(OwnershipMode.AUTO);
        assertThat(
                        restarted
                                .referrers(REPOSITORY, kept.digest(), null, PageRequest.first(10))
                                .items())
                .hasSize(1);
        restarted.deleteManifest(REPOSITORY, kept.digest(), TagProtection.none());
        assertThat(restarted.tags(REPOSITORY, PageRequest.first(10)).items()).isEmpty();
    }

    @Test
    void theIndexesMayBeDeletedAtAnyTimeBetweenTwoStarts() {
        Manifest manifest = pushImage(open(OwnershipMode.AUTO), REPOSITORY, "a", "v1", "v2");
        for (String key :
                new PagedListing(store, "docker/registry/v2/repositories/library/app/_berth/")) {
            store.delete(ObjectKey.of(key), Condition.always());
        }
        Registry registry = open(OwnershipMode.AUTO);

        registry.deleteManifest(REPOSITORY, manifest.digest(), TagProtection.none());

        assertThat(registry.tags(REPOSITORY, PageRequest.first(10)).items()).isEmpty();
    }

    @Test
    void damagedLinksAreAbsentAndHealedByThePush() {
        Registry registry = open(OwnershipMode.AUTO);
        Manifest manifest = pushImage(registry, REPOSITORY, "a", "v1");
        for (String damage : List.of("", "sha256:123", "\n", "nonsense")) {
            for (String key :
                    List.of(
                            "_manifests/tags/v1/current/link",
                            "_manifests/revisions/sha256/"
                                    + manifest.digest().encoded()
                                    + "/link")) {
                store.put(
                        ObjectKey.of("docker/registry/v2/repositories/library/app/" + key),
                        damage.getBytes(StandardCharsets.US_ASCII),
                        Condition.always(),
                        Durability.WHOLE);
            }
            Registry afterwards = open(OwnershipMode.AUTO);
            assertThat(afterwards.tags(REPOSITORY, PageRequest.first(10)).items()).isEmpty();

            registry.putManifest(REPOSITORY, manifest, tags("v1"), PutOptions.defaults());

            assertThat(registry.tags(REPOSITORY, PageRequest.first(10)).items())
                    .isEqualTo(tags("v1"));
            assertThat(registry.resolve(REPOSITORY, tags("v1").getFirst()))
                    .isEqualTo(manifest.digest());
        }
    }

    @Test
    void aLinkThatEndsInANewlineIsALink() {
        Registry registry = open(OwnershipMode.AUTO);
        Manifest manifest = pushImage(registry, REPOSITORY, "a", "v1");
        store.put(
                ObjectKey.of(
                        "docker/registry/v2/repositories/library/app/_manifests/tags/v1/current/link"),
                (manifest.digest() + "\n").getBytes(StandardCharsets.US_ASCII),
                Condition.always(),
                Durability.WHOLE);

        assertThat(registry.resolve(REPOSITORY, tags("v1").getFirst()))
                .isEqualTo(manifest.digest());
        registry.deleteTag(REPOSITORY, tags("v1").getFirst(), TagProtection.none());
        assertThat(registry.tags(REPOSITORY, PageRequest.first(10)).items()).isEmpty();
    }
}
