package io.berth.storage;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.chunk;
import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.pushBlob;
import static io.berth.registry.TestContent.pushImage;
import static io.berth.registry.TestContent.random;
import static io.berth.registry.TestContent.sha256;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.name.UploadId;
import io.berth.object.s3.RequestTrace;
import io.berth.object.s3.S3Store;
import io.berth.object.s3.TestBucket;
import io.berth.registry.MountSource;
import io.berth.registry.PageRequest;
import io.berth.registry.PutOptions;
import io.berth.registry.Registry;
import io.berth.registry.TestContent.ImageBuilder;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import io.berth.registry.tag.TagProtection;
import io.berth.storage.index.OwnershipMode;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The requests that each operation sends to an S3 server, exactly, and the longest chain of those
 * that wait for each other. <em>Cold</em> is a replica that has just started, <em>warm</em> one
 * that saw the same a moment ago. A change here is a bill and a wait for everybody.
 *
 * <p>Every replica learns once per repository that it is in the catalog; that HEAD is left out here
 * by having it learn before, by a push. So is the look at the sentinel, one in two seconds in which
 * something absent is asked for. What is of no use any more is removed later, together with others:
 * one request for a thousand.
 */
class S3RequestCountTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final RepositoryName OTHER = RepositoryName.of("library/other");

    @TempDir static Path spool;

    private final String root = TestBucket.newRoot();
    private final RequestTrace traffic = new RequestTrace();
    private final List<S3Store> stores = new ArrayList<>();
    private Registry elsewhere;

    @BeforeEach
    void begin() {
        elsewhere = registry(TestBucket.local(spool).open(root), OwnershipMode.AUTO);
        pushImage(elsewhere, REPOSITORY, "first");
    }

    @AfterEach
    void end() {
        stores.forEach(S3Store::close);
    }

    private Registry registry(S3Store store, OwnershipMode ownership) {
        stores.add(store);
        return new StoredRegistry(
                store,
                StoredRegistryOptions.defaults()
                        .with(ownership)
                        .amongReplicas(Duration.ofMinutes(1)),
                Clock.systemUTC());
    }

    private Registry cold() {
        return cold(OwnershipMode.AUTO);
    }

    private Registry cold(OwnershipMode ownership) {
        Registry registry = registry(TestBucket.local(spool).openAtRest(root, traffic), ownership);
        registry.putManifest(REPOSITORY, image("first").build(), List.of(), PutOptions.defaults());
        traffic.taken();
        return registry;
    }

    private void assertSent(int depth, Object... expected) {
        int deepest = traffic.depth();
        Map<String, Integer> sent = traffic.taken();
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < expected.length; i += 2) {
            counts.put((String) expected[i], (Integer) expected[i + 1]);
        }
        assertThat(sent).isEqualTo(counts);
        assertThat(deepest).as("longest chain").isEqualTo(depth);
    }

    private static void assertMissing(Registry registry, Digest digest) {
        assertThatThrownBy(() -> registry.blob(REPOSITORY, digest))
                .isInstanceOf(RegistryException.class);
    }

    /** As docker does it: HEAD, POST, PATCH, PUT. */
    private void pushLikeDocker(
            byte[] content, BiConsumer<String, Registry> asked, List<Registry> replicas)
            throws Exception {
        Digest digest = sha256(content);
        assertMissing(replicas.get(0), digest);
        asked.accept("HEAD", replicas.get(0));
        UploadId id;
        String state;
        try (Upload upload = replicas.get(1).startUpload(REPOSITORY)) {
            id = upload.id();
            state = upload.state().orElse(null);
        }
        asked.accept("POST", replicas.get(1));
        try (Upload upload = replicas.get(2).resumeUpload(REPOSITORY, id, state)) {
            upload.append(chunk(content));
            state = upload.state().orElse(null);
        }
        asked.accept("PATCH", replicas.get(2));
        try (Upload upload = replicas.get(3).resumeUpload(REPOSITORY, id, state)) {
            upload.commit(digest, UploadChunk.empty());
        }
        asked.accept("PutObject", replicas.get(3));
    }

    @Test
    void aSmallLayerOnOneReplica() throws Exception {
        Registry one = cold();

        pushLikeDocker(random(1, 4096), (request, replica) -> {}, List.of(one, one, one, one));

        // A look, the piece, the blob and its link.
        assertSent(4, "GetObject", 1, "PutObject", 3);
    }

    @Test
    void aSmallLayerOnFourReplicas() throws Exception {
        List<Registry> four = List.of(cold(), cold(), cold(), cold());

        pushLikeDocker(
                random(2, 4096),
                (request, replica) -> {
                    switch (request) {
                        case "HEAD" -> assertSent(1, "GetObject", 1);
                        case "POST" -> assertSent(0);
                        case "PATCH" -> assertSent(2, "ListObjectsV2", 1, "PutObject", 1);
                        default -> assertSent(3, "GetObject", 1, "CopyObject", 1, "PutObject", 1);
                    }
                },
                four);
    }

    @Test
    void aSmallLayerWhoseDigestIsKnown() {
        Registry registry = cold();

        assertMissing(registry, sha256(bytes("x")));
        traffic.taken();
        pushBlob(registry, REPOSITORY, bytes("x"));

        assertSent(2, "PutObject", 2);
    }

    /** A piece for the first who asks, and one at the end, whatever comes between two questions. */
    @Test
    void askingForTheStatusAgainAndAgain() throws Exception {
        Registry one = cold();
        byte[] content = random(5, 100 * 8192);
        UploadId id;
        try (Upload upload = one.startUpload(REPOSITORY)) {
            id = upload.id();
        }
        try (HeldRequest request = new HeldRequest(one, REPOSITORY, id, 0)) {
            for (int at = 0; at < content.length; at += 8192) {
                request.send(Arrays.copyOfRange(content, at, at + 8192));
                try (Upload status = one.resumeUpload(REPOSITORY, id, Upload.ASK)) {
                    assertThat(status.size()).isBetween((long) at, at + 8192L);
                }
            }
            assertThat(traffic.taken()).isEqualTo(Map.of("PutObject", 1));
            request.end();
            assertThat(request.refusal()).isEmpty();
        }
        assertThat(traffic.taken()).isEqualTo(Map.of("PutObject", 1));
        try (Upload status = one.resumeUpload(REPOSITORY, id, Upload.ASK)) {
            assertThat(status.size()).isEqualTo(content.length);
            status.commit(sha256(content), UploadChunk.empty());
        }
        assertThat(traffic.taken()).containsEntry("PutObject", 2).doesNotContainKey("GetObject");
    }

    @Test
    void aLargeLayerWhoseDigestIsKnownIsSentOnce() throws Exception {
        byte[] content = random(3, 12 << 20); // three parts of five MiB
        Registry registry = cold();

        registry.putBlob(
                REPOSITORY,
                sha256(content),
                new UploadChunk(
                        new ByteArrayInputStream(content),
                        OptionalLong.empty(),
                        OptionalLong.of(content.length)));

        Map<String, Integer> sent = traffic.taken();
        assertThat(sent)
                .isEqualTo(
                        Map.of(
                                "CreateMultipartUpload",
                                1,
                                "UploadPart",
                                3,
                                "CompleteMultipartUpload",
                                1,
                                "PutObject",
                                1));
    }

    @Test
    void aLargeLayerInAStreamIsCopiedByTheServer() throws Exception {
        byte[] content = random(4, 12 << 20);
        Registry one = cold();

        pushLikeDocker(content, (request, replica) -> {}, List.of(one, one, one, one));

        Map<String, Integer> sent = traffic.taken();
        // Three pieces; two of them are copied, the last one is here and goes as a part.
        assertThat(sent)
                .isEqualTo(
                        Map.of(
                                "GetObject",
                                1,
                                "PutObject",
                                4,
                                "CreateMultipartUpload",
                                1,
                                "UploadPartCopy",
                                2,
                                "UploadPart",
                                1,
                                "CompleteMultipartUpload",
                                1));
    }

    @Test
    void blobs() {
        Digest digest = pushBlob(elsewhere, REPOSITORY, bytes("x"));

        Registry registry = cold();
        registry.blobLink(REPOSITORY, digest);
        assertSent(1, "GetObject", 1);
        registry.blobLink(REPOSITORY, digest);
        assertSent(0);

        registry = cold();
        registry.blob(REPOSITORY, digest);
        assertSent(2, "GetObject", 1, "HeadObject", 1);
        registry.blob(REPOSITORY, digest);
        assertSent(0);
    }

    @Test
    void manifests() {
        Manifest manifest = pushImage(elsewhere, REPOSITORY, "a", "v1");

        Registry registry = cold();
        registry.manifest(REPOSITORY, Tag.of("v1"));
        assertSent(2, "GetObject", 2, "HeadObject", 1);
        registry.manifest(REPOSITORY, Tag.of("v1"));
        assertSent(1, "GetObject", 1);

        registry = cold();
        registry.manifest(REPOSITORY, manifest.digest());
        assertSent(1, "GetObject", 1, "HeadObject", 1);
        registry.manifest(REPOSITORY, manifest.digest());
        assertSent(0);
    }

    @Test
    void pushingAManifest() {
        ImageBuilder image = image("a").layers(bytes("one"), bytes("two"));
        image.pushBlobs(elsewhere, REPOSITORY);
        int references = 3;

        Registry registry = cold();
        registry.putManifest(REPOSITORY, image.build(), tags("v1"), PutOptions.defaults());
        assertSent(
                5,
                "GetObject",
                references + 1,
                "HeadObject",
                references,
                "PutObject",
                5,
                "ListObjectsV2",
                1);
        registry.putManifest(REPOSITORY, image.build(), tags("v2"), PutOptions.defaults());
        assertSent(5, "GetObject", 1, "HeadObject", references, "PutObject", 5, "ListObjectsV2", 1);
        registry.putManifest(REPOSITORY, image.build(), List.of(), PutOptions.defaults());
        assertSent(4, "HeadObject", references, "PutObject", 2, "ListObjectsV2", 1);
    }

    @Test
    void mounting() {
        Digest digest = pushBlob(elsewhere, OTHER, bytes("x"));
        Registry registry = cold();

        registry.mountBlob(REPOSITORY, digest, new MountSource.From(OTHER));
        assertSent(2, "GetObject", 1, "HeadObject", 1, "PutObject", 1);
        registry.mountBlob(REPOSITORY, digest, new MountSource.From(OTHER));
        assertSent(2, "HeadObject", 1, "PutObject", 1);
    }

    @Test
    void deletingAManifest() {
        Manifest untagged = pushImage(elsewhere, REPOSITORY, "untagged");
        Manifest shared = pushImage(elsewhere, REPOSITORY, "shared", "v3");
        for (int i = 0; i < 12; i++) {
            pushImage(elsewhere, REPOSITORY, "other " + i, "other-" + i);
        }

        Registry registry = cold();
        registry.deleteManifest(REPOSITORY, untagged.digest(), TagProtection.none());
        assertSent(
                6,
                "HeadObject",
                1,
                "PutObject",
                2,
                "ListObjectsV2",
                1,
                "GetObject",
                1,
                "DeleteObject",
                1);

        registry = cold(OwnershipMode.SHARED);
        registry.deleteManifest(REPOSITORY, shared.digest(), TagProtection.none());
        // One listing of all tags; then of the one that was found its pointer, which this server
        // has to be asked for first, and its history.
        // Around it all a tombstone is written twice.
        assertSent(
                9,
                "HeadObject",
                1,
                "PutObject",
                2,
                "ListObjectsV2",
                2,
                "GetObject",
                1,
                "DeleteObject",
                3);
    }

    @Test
    void pagesOfTagsAndOfTheCatalog() {
        pushImage(elsewhere, REPOSITORY, "a", "1.0", "1.0-alpine", "1.0.1", "2");
        pushImage(elsewhere, OTHER, "a", "1.0");
        Registry registry = cold();

        assertThat(registry.tags(REPOSITORY, PageRequest.first(3)).items())
                .isEqualTo(tags("1.0", "1.0-alpine", "1.0.1"));
        assertSent(1, "ListObjectsV2", 1);
        assertThat(registry.repositories(PageRequest.first(10), _ -> true).items())
                .containsExactly(REPOSITORY, OTHER);
        assertSent(2, "GetObject", 1, "ListObjectsV2", 1);
        registry.repositories(PageRequest.first(1), _ -> true);
        assertSent(2, "GetObject", 1, "ListObjectsV2", 1);
    }
}
