package io.berth.registry;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.pushBlob;
import static io.berth.registry.TestContent.pushImage;
import static io.berth.registry.TestContent.sha256;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.error.ErrorCode;
import io.berth.manifest.Manifest;
import io.berth.name.Digest;
import io.berth.name.Tag;
import io.berth.registry.tag.TagProtection;
import org.junit.jupiter.api.Test;

/** What deleting must do: blobs, tags, manifests with their tags. */
abstract class RegistryDeleterContract extends RoleContract {

    @Test
    void aDeletedBlobIsGoneHereAndStaysElsewhere() throws Exception {
        byte[] content = bytes("shared");
        Digest digest = pushBlob(registry(), REPOSITORY, content);
        pushBlob(registry(), OTHER, content);

        registry().deleteBlob(REPOSITORY, digest);

        assertFails(ErrorCode.BLOB_UNKNOWN, () -> registry().blob(REPOSITORY, digest));
        assertThat(content(OTHER, digest)).isEqualTo(content);
        assertFails(ErrorCode.BLOB_UNKNOWN, () -> registry().deleteBlob(REPOSITORY, digest));
    }

    @Test
    void aDeletedBlobCanBePushedAgain() throws Exception {
        byte[] content = bytes("back");
        Digest digest = pushBlob(registry(), REPOSITORY, content);
        registry().deleteBlob(REPOSITORY, digest);

        pushBlob(registry(), REPOSITORY, content);

        assertThat(content(REPOSITORY, digest)).isEqualTo(content);
    }

    @Test
    void deletingATagLeavesTheRest() {
        Manifest manifest = pushImage(registry(), REPOSITORY, "a", "v1", "v2");

        registry().deleteTag(REPOSITORY, Tag.of("v1"), TagProtection.none());

        assertFails(ErrorCode.MANIFEST_UNKNOWN, () -> registry().resolve(REPOSITORY, Tag.of("v1")));
        assertThat(registry().resolve(REPOSITORY, Tag.of("v2"))).isEqualTo(manifest.digest());
        assertThat(registry().tags(REPOSITORY, PageRequest.first(10)).items())
                .isEqualTo(tags("v2"));
        assertFails(
                ErrorCode.MANIFEST_UNKNOWN,
                () -> registry().deleteTag(REPOSITORY, Tag.of("v1"), TagProtection.none()));
    }

    @Test
    void deletingAManifestTakesItsTagsAndOnlyThem() {
        Manifest doomed = pushImage(registry(), REPOSITORY, "doomed", "a", "b", "moved");
        Manifest kept = pushImage(registry(), REPOSITORY, "kept", "c", "moved");

        registry().deleteManifest(REPOSITORY, doomed.digest(), TagProtection.none());

        assertFails(
                ErrorCode.MANIFEST_UNKNOWN, () -> registry().manifest(REPOSITORY, doomed.digest()));
        assertFails(ErrorCode.MANIFEST_UNKNOWN, () -> registry().resolve(REPOSITORY, Tag.of("a")));
        assertThat(registry().tags(REPOSITORY, PageRequest.first(10)).items())
                .isEqualTo(tags("c", "moved"));
        assertThat(registry().resolve(REPOSITORY, Tag.of("moved"))).isEqualTo(kept.digest());
        assertFails(
                ErrorCode.MANIFEST_UNKNOWN,
                () -> registry().deleteManifest(REPOSITORY, doomed.digest(), TagProtection.none()));
    }

    @Test
    void aDeletedManifestCanBePushedAgain() {
        Manifest manifest = pushImage(registry(), REPOSITORY, "phoenix", "v1");
        registry().deleteManifest(REPOSITORY, manifest.digest(), TagProtection.none());

        registry().putManifest(REPOSITORY, manifest, tags("v1"), PutOptions.defaults());

        assertThat(registry().resolve(REPOSITORY, Tag.of("v1"))).isEqualTo(manifest.digest());
    }

    @Test
    void unknownManifestsCannotBeDeleted() {
        assertFails(
                ErrorCode.MANIFEST_UNKNOWN,
                () ->
                        registry()
                                .deleteManifest(
                                        REPOSITORY, sha256(bytes("never")), TagProtection.none()));
    }
}
