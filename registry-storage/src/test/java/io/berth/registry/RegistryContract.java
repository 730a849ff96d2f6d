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
import io.berth.name.ByteRange;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.name.UploadId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * What every registry must do, whatever it stands on and however it is reached. Each test gets a
 * registry that holds nothing in the repositories it uses, and in which deleting is allowed and
 * references are checked.
 */
public abstract class RegistryContract {

    protected static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    protected static final RepositoryName OTHER = RepositoryName.of("library/other");

    /** The registry under test; the same one throughout a test. */
    protected abstract Registry registry();

    protected static void assertFails(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> assertThat(e.code().wireName()).isEqualTo(code.wireName()));
    }

    private byte[] content(RepositoryName repository, Digest digest) throws IOException {
        Blob blob = registry().blob(repository, digest);
        try (InputStream in = blob.open(ByteRange.all(blob.descriptor().size()))) {
            return in.readAllBytes();
        }
    }

    private static UploadChunk chunkAt(long offset, byte[] content) {
        return new UploadChunk(
                new ByteArrayInputStream(content),
                OptionalLong.of(offset),
                OptionalLong.of(content.length));
    }

    @Nested
    class Blobs {

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
                    ErrorCode.BLOB_UNKNOWN,
                    () -> registry().blob(REPOSITORY, sha256(bytes("nobody"))));
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
    }

    @Nested
    class Mounts {

        @Test
        void aBlobIsMountedFromARepositoryThatHasIt() throws Exception {
            byte[] content = bytes("mounted");
            Digest digest = pushBlob(registry(), OTHER, content);

            Descriptor mounted =
                    registry()
                            .mountBlob(REPOSITORY, digest, new MountSource.From(OTHER))
                            .orElseThrow();

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

            assertThat(
                            registry()
                                    .mountBlob(
                                            REPOSITORY,
                                            digest,
                                            new MountSource.Anywhere(name -> true)))
                    .isPresent();
            assertThat(content(REPOSITORY, digest)).isEqualTo(content);
        }

        @Test
        void aRepositoryMayMountFromItself() {
            Digest digest = pushBlob(registry(), REPOSITORY, bytes("own"));

            assertThat(registry().mountBlob(REPOSITORY, digest, new MountSource.From(REPOSITORY)))
                    .isPresent();
        }
    }

    @Nested
    class Uploads {

        @Test
        void chunksMakeABlob() throws Exception {
            byte[] content = random(3, 700_000);
            Digest digest = sha256(content);
            UploadId id;
            try (Upload upload = registry().startUpload(REPOSITORY)) {
                id = upload.id();
                assertThat(upload.size()).isZero();
                assertThat(upload.append(chunkAt(0, Arrays.copyOf(content, 200_000))))
                        .isEqualTo(200_000);
            }
            try (Upload upload = registry().resumeUpload(REPOSITORY, id, null)) {
                assertThat(upload.size()).isEqualTo(200_000);
                upload.append(chunk(Arrays.copyOfRange(content, 200_000, 600_000)));
            }
            try (Upload upload = registry().resumeUpload(REPOSITORY, id, null)) {
                Descriptor stored =
                        upload.commit(
                                digest,
                                chunkAt(600_000, Arrays.copyOfRange(content, 600_000, 700_000)));
                assertThat(stored.digest()).isEqualTo(digest);
            }
            assertThat(content(REPOSITORY, digest)).isEqualTo(content);
        }

        @Test
        void chunksMakeABlobWhereTheStateIsCarriedAlong() throws Exception {
            byte[] content = random(3, 700_000);
            UploadId id;
            String state = null;
            try (Upload upload = registry().startUpload(REPOSITORY)) {
                id = upload.id();
                state = upload.state().orElse(null);
            }
            for (int at = 0; at < 700_000; at += 100_000) {
                try (Upload upload = registry().resumeUpload(REPOSITORY, id, state)) {
                    assertThat(upload.size()).isEqualTo(at);
                    upload.append(chunk(Arrays.copyOfRange(content, at, at + 100_000)));
                    state = upload.state().orElse(null);
                }
            }
            try (Upload upload = registry().resumeUpload(REPOSITORY, id, state)) {
                upload.commit(sha256(content), UploadChunk.empty());
            }
            assertThat(content(REPOSITORY, sha256(content))).isEqualTo(content);
        }

        @Test
        void aStateThatMeansNothingIsOfNoConsequence() throws Exception {
            byte[] content = bytes("0123456789");
            UploadId id;
            try (Upload upload = registry().startUpload(REPOSITORY)) {
                id = upload.id();
                upload.append(chunk(bytes("01234")));
            }
            try (Upload upload = registry().resumeUpload(REPOSITORY, id, "nonsense")) {
                upload.commit(sha256(content), chunkAt(5, bytes("56789")));
            }
            assertThat(content(REPOSITORY, sha256(content))).isEqualTo(content);
        }

        @Test
        void theWholeMayComeWithTheEnd() throws Exception {
            byte[] content = random(4, 50_000);
            try (Upload upload = registry().startUpload(REPOSITORY)) {
                upload.commit(sha512(content), chunk(content));
            }
            assertThat(content(REPOSITORY, sha512(content))).isEqualTo(content);
        }

        @Test
        void aStagedUploadMayEndUnderAnotherAlgorithm() throws Exception {
            byte[] content = random(5, 50_000);
            try (Upload upload = registry().startUpload(REPOSITORY)) {
                upload.append(chunk(content));
                upload.commit(sha512(content), UploadChunk.empty());
            }
            assertThat(content(REPOSITORY, sha512(content))).isEqualTo(content);
        }

        @Test
        void anEmptyUploadIsTheEmptyBlob() throws Exception {
            try (Upload upload = registry().startUpload(REPOSITORY)) {
                upload.append(UploadChunk.empty());
                upload.commit(sha256(new byte[0]), UploadChunk.empty());
            }
            assertThat(content(REPOSITORY, sha256(new byte[0]))).isEmpty();
        }

        @Test
        void nothingIsSeenBeforeTheEnd() throws Exception {
            byte[] content = bytes("not yet");
            try (Upload upload = registry().startUpload(REPOSITORY)) {
                upload.append(chunk(content));
                assertFails(
                        ErrorCode.BLOB_UNKNOWN, () -> registry().blob(REPOSITORY, sha256(content)));
                upload.cancel();
            }
        }

        @Test
        void aChunkOutOfOrderChangesNothing() throws Exception {
            byte[] content = bytes("0123456789");
            try (Upload upload = registry().startUpload(REPOSITORY)) {
                assertFails(
                        ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER,
                        () -> upload.append(chunkAt(5, bytes("56789"))));
                upload.append(chunkAt(0, bytes("01234")));
                assertFails(
                        ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER,
                        () -> upload.append(chunkAt(0, bytes("01234"))));
                assertFails(
                        ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER,
                        () -> upload.commit(sha256(content), chunkAt(6, bytes("6789"))));
                assertThat(upload.size()).isEqualTo(5);
                upload.commit(sha256(content), chunkAt(5, bytes("56789")));
            }
            assertThat(content(REPOSITORY, sha256(content))).isEqualTo(content);
        }

        @Test
        void aChunkOfTheWrongLengthChangesNothing() throws Exception {
            byte[] content = bytes("0123456789");
            try (Upload upload = registry().startUpload(REPOSITORY)) {
                upload.append(chunk(bytes("01234")));
                for (int declared : new int[] {3, 6}) {
                    assertFails(
                            ErrorCode.SIZE_INVALID,
                            () ->
                                    upload.append(
                                            new UploadChunk(
                                                    new ByteArrayInputStream(bytes("56789")),
                                                    OptionalLong.of(5),
                                                    OptionalLong.of(declared))));
                    assertThat(upload.size()).isEqualTo(5);
                }
                upload.commit(sha256(content), chunk(bytes("56789")));
            }
            assertThat(content(REPOSITORY, sha256(content))).isEqualTo(content);
        }

        @Test
        void aWrongDigestRollsBack() throws Exception {
            byte[] content = bytes("0123456789");
            UploadId id;
            try (Upload upload = registry().startUpload(REPOSITORY)) {
                id = upload.id();
                upload.append(chunk(bytes("01234")));
                assertFails(
                        ErrorCode.DIGEST_INVALID,
                        () -> upload.commit(sha256(content), chunk(bytes("xxxxx"))));
            }
            assertFails(ErrorCode.BLOB_UNKNOWN, () -> registry().blob(REPOSITORY, sha256(content)));
            try (Upload upload = registry().resumeUpload(REPOSITORY, id, null)) {
                assertThat(upload.size()).isEqualTo(5);
                upload.commit(sha256(content), chunk(bytes("56789")));
            }
            assertThat(content(REPOSITORY, sha256(content))).isEqualTo(content);
        }

        @Test
        void aWrongDigestOfTheWholeKeepsTheSession() throws Exception {
            byte[] content = bytes("whole");
            UploadId id;
            try (Upload upload = registry().startUpload(REPOSITORY)) {
                id = upload.id();
                assertFails(
                        ErrorCode.DIGEST_INVALID,
                        () -> upload.commit(sha256(content), chunk(bytes("other"))));
            }
            try (Upload upload = registry().resumeUpload(REPOSITORY, id, null)) {
                assertThat(upload.size()).isZero();
                upload.commit(sha256(content), chunk(content));
            }
            assertThat(content(REPOSITORY, sha256(content))).isEqualTo(content);
        }

        @Test
        void anUnsupportedAlgorithmKeepsTheSession() throws Exception {
            byte[] content = bytes("kept");
            try (Upload upload = registry().startUpload(REPOSITORY)) {
                upload.append(chunk(content));
                assertFails(
                        ErrorCode.DIGEST_INVALID,
                        () ->
                                upload.commit(
                                        Digest.of("blake3:" + "a".repeat(64)),
                                        UploadChunk.empty()));
                upload.commit(sha256(content), UploadChunk.empty());
            }
        }

        @Test
        void whatCameBeforeTheBodyFailedIsKept() throws Exception {
            byte[] content = random(6, 400_000);
            UploadId id;
            try (Upload upload = registry().startUpload(REPOSITORY)) {
                id = upload.id();
                InputStream cut =
                        new SequenceInputStream(
                                new ByteArrayInputStream(Arrays.copyOf(content, 300_000)),
                                new FailingStream());
                assertThatThrownBy(() -> upload.append(UploadChunk.of(cut)))
                        .isInstanceOf(IOException.class);
            }
            int tries = 1;
            while (!goesOn(id, content)) {
                assertThat(tries++).as("tries").isLessThan(100);
            }
            assertThat(content(REPOSITORY, sha256(content))).isEqualTo(content);
        }

        /** Not while more of what the lost request had sent comes in: then it asks again. */
        private boolean goesOn(UploadId id, byte[] content) throws IOException {
            try (Upload upload = registry().resumeUpload(REPOSITORY, id, null)) {
                int size = (int) upload.size();
                assertThat(size).isBetween(0, 300_000);
                upload.append(chunkAt(size, Arrays.copyOfRange(content, size, 400_000)));
                upload.commit(sha256(content), UploadChunk.empty());
                return true;
            } catch (RegistryException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER);
                return false;
            }
        }

        @Test
        void aFinishedSessionIsUnknown() throws Exception {
            UploadId id;
            try (Upload upload = registry().startUpload(REPOSITORY)) {
                id = upload.id();
                upload.commit(sha256(bytes("done")), chunk(bytes("done")));
            }
            assertFails(
                    ErrorCode.BLOB_UPLOAD_UNKNOWN,
                    () -> registry().resumeUpload(REPOSITORY, id, null));
        }

        @Test
        void aCancelledSessionIsUnknown() throws Exception {
            UploadId id;
            try (Upload upload = registry().startUpload(REPOSITORY)) {
                id = upload.id();
                upload.append(chunk(bytes("never mind")));
                upload.cancel();
            }
            assertFails(
                    ErrorCode.BLOB_UPLOAD_UNKNOWN,
                    () -> registry().resumeUpload(REPOSITORY, id, null));
        }

        @Test
        void aSessionBelongsToItsRepository() throws Exception {
            try (Upload upload = registry().startUpload(REPOSITORY)) {
                UploadId id = upload.id();
                upload.close();
                assertFails(
                        ErrorCode.BLOB_UPLOAD_UNKNOWN,
                        () -> registry().resumeUpload(OTHER, id, null));
                try (Upload again = registry().resumeUpload(REPOSITORY, id, null)) {
                    again.cancel();
                }
            }
        }

        @Test
        void aSessionNobodyOpenedIsUnknown() {
            assertFails(
                    ErrorCode.BLOB_UPLOAD_UNKNOWN,
                    () ->
                            registry()
                                    .resumeUpload(
                                            REPOSITORY, new UploadId(UUID.randomUUID()), null));
        }
    }

    @Nested
    class Manifests {

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
                    ErrorCode.MANIFEST_UNKNOWN,
                    () -> registry().manifest(REPOSITORY, Tag.of("v1")));
            assertFails(
                    ErrorCode.MANIFEST_UNKNOWN,
                    () -> registry().manifest(REPOSITORY, elsewhere.digest()));
            assertFails(
                    ErrorCode.MANIFEST_UNKNOWN, () -> registry().resolve(REPOSITORY, Tag.of("v1")));
            assertFails(
                    ErrorCode.MANIFEST_UNKNOWN,
                    () -> registry().manifest(REPOSITORY, Digest.of("blake3:" + "b".repeat(64))));
        }

        @Test
        void aManifestIsNoBlobAndABlobNoManifest() {
            Manifest manifest = pushImage(registry(), REPOSITORY, "a");
            byte[] config = image("a").config();

            assertFails(
                    ErrorCode.BLOB_UNKNOWN, () -> registry().blob(REPOSITORY, manifest.digest()));
            assertFails(
                    ErrorCode.MANIFEST_UNKNOWN,
                    () -> registry().manifest(REPOSITORY, sha256(config)));
        }

        @Test
        void aTagKeepsTheDigestItWasMadeWith() {
            TestContent.ImageBuilder image = image("long").pushBlobs(registry(), REPOSITORY);
            Digest digest = sha512(bytes(image.json()));

            registry().putManifest(REPOSITORY, image.build(digest), tags("long"));

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

            assertThatThrownBy(() -> registry().putManifest(REPOSITORY, image.build(), tags("v1")))
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
                    ErrorCode.MANIFEST_UNKNOWN,
                    () -> registry().manifest(REPOSITORY, Tag.of("v1")));
            assertFails(
                    ErrorCode.MANIFEST_UNKNOWN,
                    () -> registry().manifest(REPOSITORY, image.build().digest()));
        }

        @Test
        void aReferenceInAnotherRepositoryIsMissingHere() {
            TestContent.ImageBuilder image = image("foreign").pushBlobs(registry(), OTHER);

            assertFails(
                    ErrorCode.MANIFEST_BLOB_UNKNOWN,
                    () -> registry().putManifest(REPOSITORY, image.build(), List.of()));
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
                registry().putManifest(REPOSITORY, manifest, List.of());
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

            registry().putManifest(REPOSITORY, index, tags("multi"));

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
                                            List.of()));
        }

        @Test
        void indexesNestAndMayBeEmpty() {
            Manifest child = pushImage(registry(), REPOSITORY, "child");
            Manifest inner = index(child).build();
            registry().putManifest(REPOSITORY, inner, List.of());
            Manifest outer = index(inner).docker().build();
            registry().putManifest(REPOSITORY, outer, tags("outer"));
            Manifest empty = index().build();
            registry().putManifest(REPOSITORY, empty, tags("empty"));

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
            registry().putManifest(REPOSITORY, manifest, tags);

            for (Tag tag : tags) {
                assertThat(registry().resolve(REPOSITORY, tag)).isEqualTo(manifest.digest());
            }
            assertThat(registry().tags(REPOSITORY, PageRequest.first(10)).items())
                    .containsExactlyInAnyOrderElementsOf(tags);
            registry().deleteManifest(REPOSITORY, manifest.digest());
            assertThat(registry().tags(REPOSITORY, PageRequest.first(10)).items()).isEmpty();
        }

        @Test
        void deletingATagLeavesTheRest() {
            Manifest manifest = pushImage(registry(), REPOSITORY, "a", "v1", "v2");

            registry().deleteTag(REPOSITORY, Tag.of("v1"));

            assertFails(
                    ErrorCode.MANIFEST_UNKNOWN, () -> registry().resolve(REPOSITORY, Tag.of("v1")));
            assertThat(registry().resolve(REPOSITORY, Tag.of("v2"))).isEqualTo(manifest.digest());
            assertThat(registry().tags(REPOSITORY, PageRequest.first(10)).items())
                    .isEqualTo(tags("v2"));
            assertFails(
                    ErrorCode.MANIFEST_UNKNOWN,
                    () -> registry().deleteTag(REPOSITORY, Tag.of("v1")));
        }

        @Test
        void deletingAManifestTakesItsTagsAndOnlyThem() {
            Manifest doomed = pushImage(registry(), REPOSITORY, "doomed", "a", "b", "moved");
            Manifest kept = pushImage(registry(), REPOSITORY, "kept", "c", "moved");

            registry().deleteManifest(REPOSITORY, doomed.digest());

            assertFails(
                    ErrorCode.MANIFEST_UNKNOWN,
                    () -> registry().manifest(REPOSITORY, doomed.digest()));
            assertFails(
                    ErrorCode.MANIFEST_UNKNOWN, () -> registry().resolve(REPOSITORY, Tag.of("a")));
            assertThat(registry().tags(REPOSITORY, PageRequest.first(10)).items())
                    .isEqualTo(tags("c", "moved"));
            assertThat(registry().resolve(REPOSITORY, Tag.of("moved"))).isEqualTo(kept.digest());
            assertFails(
                    ErrorCode.MANIFEST_UNKNOWN,
                    () -> registry().deleteManifest(REPOSITORY, doomed.digest()));
        }

        @Test
        void aDeletedManifestCanBePushedAgain() {
            Manifest manifest = pushImage(registry(), REPOSITORY, "phoenix", "v1");
            registry().deleteManifest(REPOSITORY, manifest.digest());

            registry().putManifest(REPOSITORY, manifest, tags("v1"));

            assertThat(registry().resolve(REPOSITORY, Tag.of("v1"))).isEqualTo(manifest.digest());
        }

        @Test
        void unknownManifestsCannotBeDeleted() {
            assertFails(
                    ErrorCode.MANIFEST_UNKNOWN,
                    () -> registry().deleteManifest(REPOSITORY, sha256(bytes("never"))));
        }
    }

    @Nested
    class Lists {

        @Test
        void tagsComeInOrderOfTheirBytesOnPagesOfAnySize() {
            TreeSet<String> expected =
                    new TreeSet<>(
                            List.of(
                                    "1.0",
                                    "1.0-alpine",
                                    "1.0.1",
                                    "1.0.1-rc.1",
                                    "1.0_x",
                                    "10",
                                    "1",
                                    "A",
                                    "a",
                                    "a-b",
                                    "a.b",
                                    "a.b-c",
                                    "a0",
                                    "a_b",
                                    "b",
                                    "Z",
                                    "_"));
            pushImage(registry(), REPOSITORY, "many", expected.toArray(String[]::new));

            for (int limit : new int[] {1, 2, 3, 5, 16, 17, 18, 1000}) {
                assertThat(allTags(limit)).containsExactlyElementsOf(expected);
            }
            for (String after : List.of("", "0", "1", "1.0", "1.0-", "1.0.1-rc", "a", "a-b", "z")) {
                assertThat(registry().tags(REPOSITORY, new PageRequest(after, 100)).items())
                        .as("after %s", after)
                        .extracting(Tag::value)
                        .containsExactlyElementsOf(expected.tailSet(after, false));
            }
        }

        private List<String> allTags(int limit) {
            List<String> all = new ArrayList<>();
            String after = null;
            while (true) {
                Page<Tag> page = registry().tags(REPOSITORY, new PageRequest(after, limit));
                page.items().forEach(tag -> all.add(tag.value()));
                assertThat(all).doesNotHaveDuplicates();
                if (!page.more()) {
                    return all;
                }
                assertThat(page.items()).hasSize(limit);
                after = page.items().getLast().value();
            }
        }

        @Test
        void anUnknownRepositoryHasNoTagList() {
            assertFails(
                    ErrorCode.NAME_UNKNOWN,
                    () -> registry().tags(RepositoryName.of("no/such"), PageRequest.first(10)));
        }

        @Test
        void aRepositoryWithoutTagsHasAnEmptyList() {
            pushImage(registry(), REPOSITORY, "untagged");

            assertThat(registry().tags(REPOSITORY, PageRequest.first(10)))
                    .isEqualTo(new Page<Tag>(List.of(), false));
        }

        @Test
        void repositoriesComeInOrderOfTheirBytesOnPagesOfAnySize() {
            TreeSet<String> expected =
                    new TreeSet<>(
                            List.of(
                                    "a", "a/b", "a/b/c", "a-b", "a-b/c", "a.b/c", "a0", "b/x",
                                    "b/x/y", "b/x-1", "b/x.1/z", "c__d/e", "zz/top"));
            expected.forEach(name -> pushImage(registry(), RepositoryName.of(name), "same", "v1"));

            for (int limit : new int[] {1, 2, 3, 12, 13, 14, 1000}) {
                assertThat(allRepositories(limit)).containsExactlyElementsOf(expected);
            }
            for (String after :
                    List.of("", "a", "a-b", "a/", "a/b", "a/b/c", "a/b/d", "b/x-", "zz")) {
                assertThat(registry().repositories(new PageRequest(after, 100)).items())
                        .as("after %s", after)
                        .extracting(RepositoryName::value)
                        .containsExactlyElementsOf(expected.tailSet(after, false));
            }
        }

        private List<String> allRepositories(int limit) {
            List<String> all = new ArrayList<>();
            String after = null;
            while (true) {
                Page<RepositoryName> page = registry().repositories(new PageRequest(after, limit));
                page.items().forEach(name -> all.add(name.value()));
                assertThat(all).doesNotHaveDuplicates();
                if (!page.more()) {
                    return all;
                }
                after = page.items().getLast().value();
            }
        }
    }

    @Nested
    class Referrers {

        @Test
        void manifestsAreListedUnderTheirSubject() {
            Manifest subject = pushImage(registry(), REPOSITORY, "subject", "v1");
            Manifest signature = pushAbout(subject.digest(), "signature", "text/signature");
            Manifest sbom = pushAbout(subject.digest(), "sbom", "text/sbom");
            Manifest index = index(subject).subject(subject.digest()).build();
            registry().putManifest(REPOSITORY, index, List.of());

            List<Descriptor> found = referrers(subject.digest(), null);

            assertThat(found)
                    .extracting(Descriptor::digest)
                    .containsExactlyInAnyOrder(signature.digest(), sbom.digest(), index.digest())
                    .isSorted();
            Descriptor described =
                    found.stream().filter(d -> d.digest().equals(sbom.digest())).findAny().get();
            assertThat(described.mediaType()).isEqualTo(sbom.mediaType());
            assertThat(described.size()).isEqualTo(sbom.size());
            assertThat(described.artifactType()).isEqualTo("text/sbom");
            assertThat(described.annotations()).containsEntry("about", "sbom");
            assertThat(
                            found.stream()
                                    .filter(d -> d.digest().equals(index.digest()))
                                    .findAny()
                                    .get()
                                    .artifactType())
                    .isNull();
        }

        @Test
        void theTypeOfAConfigStandsInForAnArtifactType() {
            Digest subject = sha256(bytes("subject"));
            TestContent.ImageBuilder image =
                    image("old style").configType("application/x.old").subject(subject);
            image.pushBlobs(registry(), REPOSITORY);
            registry().putManifest(REPOSITORY, image.build(), List.of());

            assertThat(referrers(subject, null).getFirst().artifactType())
                    .isEqualTo("application/x.old");
        }

        @Test
        void theyCanBeFiltered() {
            Digest subject = sha256(bytes("subject"));
            Manifest signature = pushAbout(subject, "signature", "text/signature");
            pushAbout(subject, "sbom", "text/sbom");

            assertThat(referrers(subject, "text/signature"))
                    .extracting(Descriptor::digest)
                    .containsExactly(signature.digest());
            assertThat(referrers(subject, "text/other")).isEmpty();
        }

        @Test
        void theSubjectNeedNotExistNorTheRepository() {
            Digest nowhere = sha256(bytes("nowhere"));

            assertThat(referrers(nowhere, null)).isEmpty();
            assertThat(
                            registry()
                                    .referrers(
                                            RepositoryName.of("no/such"),
                                            nowhere,
                                            null,
                                            PageRequest.first(10))
                                    .items())
                    .isEmpty();
            Manifest early = pushAbout(nowhere, "early", "text/early");
            assertThat(referrers(nowhere, null))
                    .extracting(Descriptor::digest)
                    .containsExactly(early.digest());
        }

        @Test
        void aDeletedReferrerIsGoneAndADeletedSubjectKeepsItsOwn() {
            Manifest subject = pushImage(registry(), REPOSITORY, "subject");
            Manifest first = pushAbout(subject.digest(), "first", "text/x");
            Manifest second = pushAbout(subject.digest(), "second", "text/x");

            registry().deleteManifest(REPOSITORY, first.digest());
            registry().deleteManifest(REPOSITORY, subject.digest());

            assertThat(referrers(subject.digest(), null))
                    .extracting(Descriptor::digest)
                    .containsExactly(second.digest());
        }

        @Test
        void theyAreListedOnlyInTheirRepository() {
            Digest subject = sha256(bytes("subject"));
            pushAbout(subject, "here", "text/x");

            assertThat(registry().referrers(OTHER, subject, null, PageRequest.first(10)).items())
                    .isEmpty();
        }

        @Test
        void anAnswerTooLargeForClientsIsPaged() {
            Digest subject = sha256(bytes("much said about"));
            List<Digest> expected = new ArrayList<>();
            for (int i = 0; i < 15; i++) {
                TestContent.ImageBuilder image =
                        image("large " + i)
                                .subject(subject)
                                .annotation("text", "x".repeat(250_000));
                image.pushBlobs(registry(), REPOSITORY);
                registry().putManifest(REPOSITORY, image.build(), List.of());
                expected.add(image.build().digest());
            }
            List<Digest> found = new ArrayList<>();
            String after = null;
            int pages = 0;
            Page<Descriptor> page;
            do {
                page =
                        registry()
                                .referrers(REPOSITORY, subject, null, new PageRequest(after, 1000));
                page.items().forEach(descriptor -> found.add(descriptor.digest()));
                assertThat(found).doesNotHaveDuplicates();
                after = found.getLast().toString();
                pages++;
            } while (page.more());

            assertThat(pages).isGreaterThan(1);
            assertThat(found).containsExactlyInAnyOrderElementsOf(expected).isSorted();
        }

        private Manifest pushAbout(Digest subject, String name, String artifactType) {
            TestContent.ImageBuilder image =
                    image(name)
                            .artifactType(artifactType)
                            .subject(subject)
                            .annotation("about", name);
            image.pushBlobs(registry(), REPOSITORY);
            Manifest manifest = image.build();
            registry().putManifest(REPOSITORY, manifest, List.of());
            return manifest;
        }

        private List<Descriptor> referrers(Digest subject, @Nullable String artifactType) {
            return registry()
                    .referrers(REPOSITORY, subject, artifactType, PageRequest.first(1000))
                    .items();
        }
    }

    @Nested
    class Together {

        @Test
        void onePushWinsATagAndReadersSeeOldOrNew() throws Exception {
            List<Manifest> images =
                    IntStream.range(0, 8)
                            .mapToObj(i -> pushImage(registry(), REPOSITORY, "image " + i))
                            .toList();
            registry().putManifest(REPOSITORY, images.getFirst(), tags("contended"));

            allAtOnce(
                    images.stream()
                            .<Callable<Object>>map(
                                    manifest ->
                                            () -> {
                                                for (int i = 0; i < 20; i++) {
                                                    registry()
                                                            .putManifest(
                                                                    REPOSITORY,
                                                                    manifest,
                                                                    tags("contended"));
                                                    registry()
                                                            .manifest(
                                                                    REPOSITORY,
                                                                    Tag.of("contended"));
                                                }
                                                return "";
                                            })
                            .toList());

            assertThat(images.stream().map(Manifest::digest))
                    .contains(registry().resolve(REPOSITORY, Tag.of("contended")));
        }

        @Test
        void theSameBlobPushedByManyIsOneBlob() throws Exception {
            byte[] content = random(7, 200_000);
            allAtOnce(
                    IntStream.range(0, 8)
                            .<Callable<Object>>mapToObj(
                                    i -> () -> pushBlob(registry(), REPOSITORY, content))
                            .toList());

            assertThat(content(REPOSITORY, sha256(content))).isEqualTo(content);
        }

        @Test
        void aPushAndADeleteOfOneManifestLeaveNoTagWithoutIt() throws Exception {
            Manifest manifest = pushImage(registry(), REPOSITORY, "contended");
            for (int i = 0; i < 30; i++) {
                allAtOnce(
                        List.of(
                                () -> {
                                    registry().putManifest(REPOSITORY, manifest, tags("v1"));
                                    return "";
                                },
                                () -> {
                                    try {
                                        registry().deleteManifest(REPOSITORY, manifest.digest());
                                    } catch (RegistryException e) {
                                        assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_UNKNOWN);
                                    }
                                    return "";
                                }));
                boolean tagged =
                        !registry().tags(REPOSITORY, PageRequest.first(10)).items().isEmpty();
                if (tagged) {
                    assertThat(registry().manifest(REPOSITORY, Tag.of("v1")).digest())
                            .isEqualTo(manifest.digest());
                }
            }
        }

        private void allAtOnce(List<Callable<Object>> actions) throws Exception {
            CyclicBarrier start = new CyclicBarrier(actions.size());
            try (ExecutorService threads = Executors.newFixedThreadPool(actions.size())) {
                List<Future<Object>> running = new ArrayList<>();
                for (Callable<Object> action : actions) {
                    running.add(
                            threads.submit(
                                    () -> {
                                        start.await();
                                        return action.call();
                                    }));
                }
                for (Future<Object> one : running) {
                    one.get();
                }
            }
        }
    }

    /** A body that breaks off. */
    protected static final class FailingStream extends InputStream {
        @Override
        public int read() throws IOException {
            throw new IOException("the client went away");
        }
    }
}
