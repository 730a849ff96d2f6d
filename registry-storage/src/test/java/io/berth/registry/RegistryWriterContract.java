package io.berth.registry;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.chunk;
import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.index;
import static io.berth.registry.TestContent.pushBlob;
import static io.berth.registry.TestContent.pushImage;
import static io.berth.registry.TestContent.random;
import static io.berth.registry.TestContent.sha256;
import static io.berth.registry.TestContent.sha512;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.registry.tag.TagProtection;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What writing must do: blobs pushed in one request, mounts, manifests and their tags. */
abstract class RegistryWriterContract extends RoleContract {

    @Test
    void theSameBytesGoByTheDigestTheyWerePushedUnder() throws Exception {
        byte[] content = bytes("two names");
        Digest longer = pushBlob(registry(), REPOSITORY, content, sha512(content));

        assertThat(longer).isEqualTo(sha512(content));
        assertThat(registry().blob(REPOSITORY, longer).descriptor().digest()).isEqualTo(longer);
        assertThat(content(REPOSITORY, longer)).isEqualTo(content);
        assertFails(ErrorCode.BLOB_UNKNOWN, () -> registry().blob(REPOSITORY, sha256(content)));
    }

    @Test
    void contentThatDoesNotMatchItsDigestIsRefused() {
        Digest digest = sha256(bytes("right"));

        assertFails(
                ErrorCode.DIGEST_INVALID,
                () -> registry().putBlob(REPOSITORY, digest, chunk(bytes("wrong"))));
        assertFails(ErrorCode.BLOB_UNKNOWN, () -> registry().blob(REPOSITORY, digest));
    }

    @Test
    void aWrongPushLeavesTheRightBlobAlone() throws Exception {
        byte[] content = bytes("right");
        Digest digest = pushBlob(registry(), REPOSITORY, content);

        assertFails(
                ErrorCode.DIGEST_INVALID,
                () -> registry().putBlob(REPOSITORY, digest, chunk(bytes("wrong"))));
        assertThat(content(REPOSITORY, digest)).isEqualTo(content);
    }

    @Test
    void anUnsupportedAlgorithmIsRefused() {
        assertFails(
                ErrorCode.DIGEST_INVALID,
                () ->
                        registry()
                                .putBlob(
                                        REPOSITORY,
                                        Digest.of("blake3:" + "a".repeat(64)),
                                        chunk(bytes("x"))));
    }

    @Test
    void pushingAgainIsHarmless() throws Exception {
        byte[] content = bytes("again");
        pushBlob(registry(), REPOSITORY, content);
        Digest digest = pushBlob(registry(), REPOSITORY, content);

        assertThat(content(REPOSITORY, digest)).isEqualTo(content);
    }

    @Test
    void aBlobIsMountedFromARepositoryThatHasIt() throws Exception {
        byte[] content = bytes("mounted");
        Digest digest = pushBlob(registry(), OTHER, content);

        Descriptor mounted =
                registry().mountBlob(REPOSITORY, digest, new MountSource.From(OTHER)).orElseThrow();

        assertThat(mounted.digest()).isEqualTo(digest);
        assertThat(content(REPOSITORY, digest)).isEqualTo(content);
    }

    @Test
    void aMountedBlobOutlivesItsSource() throws Exception {
        byte[] content = bytes("survivor");
        Digest digest = pushBlob(registry(), OTHER, content);
        registry().mountBlob(REPOSITORY, digest, new MountSource.From(OTHER));

        registry().deleteBlob(OTHER, digest);

        assertThat(content(REPOSITORY, digest)).isEqualTo(content);
    }

    @Test
    void whatIsNotThereIsNotMounted() {
        Digest digest = pushBlob(registry(), OTHER, bytes("elsewhere"));

        assertThat(
                        registry()
                                .mountBlob(
                                        REPOSITORY,
                                        digest,
                                        new MountSource.From(RepositoryName.of("no/where"))))
                .isEmpty();
        assertThat(
                        registry()
                                .mountBlob(
                                        REPOSITORY,
                                        sha256(bytes("never pushed")),
                                        new MountSource.Anywhere(name -> true)))
                .isEmpty();
        assertFails(ErrorCode.BLOB_UNKNOWN, () -> registry().blob(REPOSITORY, digest));
    }

    @Test
    void aBlobPushedLatelyIsFoundAnywhere() throws Exception {
        byte[] content = random(99, 5000);
        Digest digest = pushBlob(registry(), OTHER, content);

        assertThat(registry().mountBlob(REPOSITORY, digest, new MountSource.Anywhere(name -> true)))
                .isPresent();
        assertThat(content(REPOSITORY, digest)).isEqualTo(content);
    }

    @Test
    void aRepositoryMayMountFromItself() {
        Digest digest = pushBlob(registry(), REPOSITORY, bytes("own"));

        assertThat(registry().mountBlob(REPOSITORY, digest, new MountSource.From(REPOSITORY)))
                .isPresent();
    }

    @Test
    void aTagKeepsTheDigestItWasMadeWith() {
        TestContent.ImageBuilder image = image("long").pushBlobs(registry(), REPOSITORY);
        Digest digest = sha512(bytes(image.json()));

        registry()
                .putManifest(REPOSITORY, image.build(digest), tags("long"), PutOptions.defaults());

        assertThat(registry().manifest(REPOSITORY, Tag.of("long")).digest()).isEqualTo(digest);
        assertThat(registry().manifest(REPOSITORY, digest).digest()).isEqualTo(digest);
        assertFails(
                ErrorCode.MANIFEST_UNKNOWN,
                () -> registry().manifest(REPOSITORY, sha256(bytes(image.json()))));
    }

    @Test
    void everyMissingReferenceIsNamed() {
        byte[] there = bytes("there");
        byte[] missing = bytes("missing");
        TestContent.ImageBuilder image = image("incomplete").layers(there, missing);
        pushBlob(registry(), REPOSITORY, there);

        assertThatThrownBy(
                        () ->
                                registry()
                                        .putManifest(
                                                REPOSITORY,
                                                image.build(),
                                                tags("v1"),
                                                PutOptions.defaults()))
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> {
                            assertThat(e.errors())
                                    .allMatch(
                                            error ->
                                                    error.code()
                                                            == ErrorCode.MANIFEST_BLOB_UNKNOWN);
                            assertThat(e.errors().stream().map(error -> error.detail()))
                                    .containsExactlyInAnyOrder(
                                            sha256(missing).toString(),
                                            sha256(image.config()).toString());
                        });
        assertFails(
                ErrorCode.MANIFEST_UNKNOWN, () -> registry().manifest(REPOSITORY, Tag.of("v1")));
        assertFails(
                ErrorCode.MANIFEST_UNKNOWN,
                () -> registry().manifest(REPOSITORY, image.build().digest()));
    }

    @Test
    void aReferenceInAnotherRepositoryIsMissingHere() {
        TestContent.ImageBuilder image = image("foreign").pushBlobs(registry(), OTHER);

        assertFails(
                ErrorCode.MANIFEST_BLOB_UNKNOWN,
                () ->
                        registry()
                                .putManifest(
                                        REPOSITORY,
                                        image.build(),
                                        List.of(),
                                        PutOptions.defaults()));
    }

    @Test
    void layersThatAreKeptElsewhereNeedNotBeHere() {
        TestContent.ImageBuilder image = image("windows");
        pushBlob(registry(), REPOSITORY, image.config());
        for (String type :
                List.of(
                        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
                        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip")) {
            Manifest manifest = image.layerType(type).build();
            registry().putManifest(REPOSITORY, manifest, List.of(), PutOptions.defaults());
            assertThat(registry().manifest(REPOSITORY, manifest.digest()).content())
                    .isEqualTo(manifest.content());
        }
    }

    @Test
    void anIndexNeedsItsChildrenWhichMayBeBlobs() {
        Manifest child = pushImage(registry(), REPOSITORY, "child");
        byte[] cached = bytes("a cached layer");
        pushBlob(registry(), REPOSITORY, cached);
        Manifest index = index(child).blobChild(cached).build();

        registry().putManifest(REPOSITORY, index, tags("multi"), PutOptions.defaults());

        assertThat(registry().manifest(REPOSITORY, Tag.of("multi")).content())
                .isEqualTo(index.content());
        Digest nowhere = sha256(bytes("nowhere"));
        assertFails(
                ErrorCode.MANIFEST_BLOB_UNKNOWN,
                () ->
                        registry()
                                .putManifest(
                                        REPOSITORY,
                                        index(child).missingChild(nowhere).build(),
                                        List.of(),
                                        PutOptions.defaults()));
    }

    @Test
    void indexesNestAndMayBeEmpty() {
        Manifest child = pushImage(registry(), REPOSITORY, "child");
        Manifest inner = index(child).build();
        registry().putManifest(REPOSITORY, inner, List.of(), PutOptions.defaults());
        Manifest outer = index(inner).docker().build();
        registry().putManifest(REPOSITORY, outer, tags("outer"), PutOptions.defaults());
        Manifest empty = index().build();
        registry().putManifest(REPOSITORY, empty, tags("empty"), PutOptions.defaults());

        assertThat(registry().resolve(REPOSITORY, Tag.of("outer"))).isEqualTo(outer.digest());
        assertThat(registry().resolve(REPOSITORY, Tag.of("empty"))).isEqualTo(empty.digest());
    }

    @Test
    void aTagMovesAndTheOldManifestStays() {
        Manifest first = pushImage(registry(), REPOSITORY, "first", "latest");
        Manifest second = pushImage(registry(), REPOSITORY, "second", "latest");

        assertThat(registry().resolve(REPOSITORY, Tag.of("latest"))).isEqualTo(second.digest());
        assertThat(registry().manifest(REPOSITORY, first.digest()).digest())
                .isEqualTo(first.digest());
    }

    @Test
    void aTagMayLookLikeAFileOfAnyKind() {
        List<Tag> tags =
                tags(
                        "x.tmp",
                        "x.123e4567-e89b-12d3-a456-426614174000.tmp",
                        "link",
                        "current",
                        "_manifests",
                        "_uploads");
        Manifest manifest = pushImage(registry(), REPOSITORY, "odd");
        registry().putManifest(REPOSITORY, manifest, tags, PutOptions.defaults());

        for (Tag tag : tags) {
            assertThat(registry().resolve(REPOSITORY, tag)).isEqualTo(manifest.digest());
        }
        assertThat(registry().tags(REPOSITORY, PageRequest.first(10)).items())
                .containsExactlyInAnyOrderElementsOf(tags);
        registry().deleteManifest(REPOSITORY, manifest.digest(), TagProtection.none());
        assertThat(registry().tags(REPOSITORY, PageRequest.first(10)).items()).isEmpty();
    }
}
