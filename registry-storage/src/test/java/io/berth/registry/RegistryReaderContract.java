package io.berth.registry;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.pushBlob;
import static io.berth.registry.TestContent.pushImage;
import static io.berth.registry.TestContent.random;
import static io.berth.registry.TestContent.sha256;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.error.ErrorCode;
import io.berth.manifest.Manifest;
import io.berth.name.ByteRange;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.Tag;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What reading must do: blobs and parts of them, manifests by tag and by digest. */
abstract class RegistryReaderContract extends RoleContract {

    @Test
    void aPushedBlobIsRead() throws Exception {
        byte[] content = random(1, 300_000);

        Digest digest = pushBlob(registry(), REPOSITORY, content);

        Descriptor descriptor = registry().blob(REPOSITORY, digest).descriptor();
        assertThat(descriptor.digest()).isEqualTo(sha256(content));
        assertThat(descriptor.size()).isEqualTo(content.length);
        assertThat(content(REPOSITORY, digest)).isEqualTo(content);
    }

    @Test
    void anEmptyBlobIsABlob() throws Exception {
        Digest digest = pushBlob(registry(), REPOSITORY, new byte[0]);

        assertThat(registry().blob(REPOSITORY, digest).descriptor().size()).isZero();
        assertThat(content(REPOSITORY, digest)).isEmpty();
    }

    @Test
    void aPartIsRead() throws Exception {
        byte[] content = random(2, 100_000);
        Blob blob = registry().blob(REPOSITORY, pushBlob(registry(), REPOSITORY, content));

        for (ByteRange range :
                List.of(
                        new ByteRange(0, 0),
                        new ByteRange(99_999, 99_999),
                        new ByteRange(10, 70_000))) {
            try (InputStream in = blob.open(range)) {
                assertThat(in.readAllBytes())
                        .isEqualTo(
                                Arrays.copyOfRange(
                                        content, (int) range.first(), (int) range.last() + 1));
            }
        }
    }

    @Test
    void anUnknownBlobIsUnknown() {
        assertFails(
                ErrorCode.BLOB_UNKNOWN, () -> registry().blob(REPOSITORY, sha256(bytes("absent"))));
    }

    @Test
    void aDigestOfAnUnknownAlgorithmIsUnknown() {
        assertFails(
                ErrorCode.BLOB_UNKNOWN,
                () -> registry().blob(REPOSITORY, Digest.of("blake3:" + "a".repeat(64))));
    }

    @Test
    void aBlobIsSeenOnlyWhereItWasPushed() {
        Digest digest = pushBlob(registry(), REPOSITORY, bytes("mine"));

        assertFails(ErrorCode.BLOB_UNKNOWN, () -> registry().blob(OTHER, digest));
    }

    @Test
    void aPushedManifestIsReadByTagAndByDigest() {
        Manifest pushed = pushImage(registry(), REPOSITORY, "a", "v1", "latest");

        for (Manifest read :
                List.of(
                        registry().manifest(REPOSITORY, Tag.of("v1")),
                        registry().manifest(REPOSITORY, Tag.of("latest")),
                        registry().manifest(REPOSITORY, pushed.digest()))) {
            assertThat(read.content()).isEqualTo(pushed.content());
            assertThat(read.digest()).isEqualTo(pushed.digest());
            assertThat(read.mediaType()).isEqualTo(pushed.mediaType());
        }
        assertThat(registry().resolve(REPOSITORY, Tag.of("v1"))).isEqualTo(pushed.digest());
        assertThat(registry().resolve(REPOSITORY, pushed.digest())).isEqualTo(pushed.digest());
    }

    @Test
    void whatIsUnknownIsUnknown() {
        Manifest elsewhere = pushImage(registry(), OTHER, "a", "v1");

        assertFails(
                ErrorCode.MANIFEST_UNKNOWN, () -> registry().manifest(REPOSITORY, Tag.of("v1")));
        assertFails(
                ErrorCode.MANIFEST_UNKNOWN,
                () -> registry().manifest(REPOSITORY, elsewhere.digest()));
        assertFails(ErrorCode.MANIFEST_UNKNOWN, () -> registry().resolve(REPOSITORY, Tag.of("v1")));
        assertFails(
                ErrorCode.MANIFEST_UNKNOWN,
                () -> registry().manifest(REPOSITORY, Digest.of("blake3:" + "b".repeat(64))));
    }

    @Test
    void aManifestIsNoBlobAndABlobNoManifest() {
        Manifest manifest = pushImage(registry(), REPOSITORY, "a");
        byte[] config = image("a").config();

        assertFails(ErrorCode.BLOB_UNKNOWN, () -> registry().blob(REPOSITORY, manifest.digest()));
        assertFails(
                ErrorCode.MANIFEST_UNKNOWN, () -> registry().manifest(REPOSITORY, sha256(config)));
    }
}
