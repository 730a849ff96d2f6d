package io.berth.storage;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.chunk;
import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.pushBlob;
import static io.berth.registry.TestContent.pushImage;
import static io.berth.registry.TestContent.sha256;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.ByteRange;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.name.UploadId;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.ObjectStore;
import io.berth.object.memory.MemoryStore;
import io.berth.registry.MountSource;
import io.berth.registry.PageRequest;
import io.berth.registry.PutOptions;
import io.berth.registry.ReferencePolicy;
import io.berth.registry.Registry;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import io.berth.registry.tag.TagCondition;
import io.berth.registry.tag.TagProtection;
import io.berth.storage.index.OwnershipMode;
import io.berth.storage.tag.Tags;
import io.berth.storage.tree.LinkFiles;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What each operation asks of the store, exactly: on an object store every request is a wait and a
 * bill. A change here is a decision, not a detail.
 */
class RequestCountTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final RepositoryName OTHER = RepositoryName.of("library/other");

    private final MemoryStore store = new MemoryStore();
    private final Registry warm = open(store, OwnershipMode.AUTO);
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    private static Registry open(ObjectStore store, OwnershipMode ownership) {
        return new StoredRegistry(
                store,
                new StoredRegistryOptions(
                        ownership,
                        new TagLookupSettings(1),
                        1024 * 1024,
                        1024 * 1024,
                        1024 * 1024,
                        1024 * 1024,
                        false,
                        Duration.ZERO,
                        null),
                Clock.systemUTC());
    }

    /** A registry that has just started on what the other one wrote. */
    private Registry cold(OwnershipMode ownership) {
        Registry registry =
                open(
                        new InterceptedStore(
                                store,
                                new InterceptedStore.Interceptor() {
                                    @Override
                                    public void before(Call call) {
                                        requests.add(
                                                call.operation() + " " + shortened(call.key()));
                                    }
                                }),
                        ownership);
        requests.clear();
        return registry;
    }

    private Registry cold() {
        return cold(OwnershipMode.AUTO);
    }

    /** The part of a key that says what it is. */
    private static String shortened(String key) {
        return key.replace("docker/registry/v2/", "")
                .replace("repositories/", "")
                .replaceAll("sha256/[0-9a-f]{2}/[0-9a-f]{64}", "D")
                .replaceAll("sha256/[0-9a-f]{64}", "D")
                .replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "ID")
                .replaceAll("=[0-9a-z]+", "=")
                .replace("_berth/uploads/library/app/_/ID", "_berth/ID")
                .replace("library/app/", "")
                .replace("library/other/", "other:");
    }

    private void assertRequests(String... expected) {
        assertThat(requests).containsExactly(expected);
        requests.clear();
    }

    @Test
    void readingAManifest() {
        Manifest manifest = pushImage(warm, REPOSITORY, "a", "v1");
        Registry registry = cold();

        registry.manifest(REPOSITORY, Tag.of("v1"));
        assertRequests(
                "READ _manifests/tags/v1/current/link",
                "HEAD _manifests/revisions/D/link",
                "READ blobs/D/data");
        registry.manifest(REPOSITORY, Tag.of("v1"));
        assertRequests("READ _manifests/tags/v1/current/link", "HEAD _manifests/revisions/D/link");
        registry.manifest(REPOSITORY, manifest.digest());
        assertRequests("HEAD _manifests/revisions/D/link");
        registry.resolve(REPOSITORY, Tag.of("v1"));
        assertRequests("READ _manifests/tags/v1/current/link", "HEAD _manifests/revisions/D/link");
    }

    @Test
    void readingABlob() throws Exception {
        Digest digest = pushBlob(warm, REPOSITORY, bytes("x"));
        Registry registry = cold();

        try (InputStream in = registry.blob(REPOSITORY, digest).open(ByteRange.all(1))) {
            assertThat(in.readAllBytes()).hasSize(1);
        }
        assertRequests("READ _layers/D/link", "HEAD blobs/D/data", "OPEN blobs/D/data");
    }

    @Test
    void pushingABlobInOneGo() {
        Registry registry = cold();

        pushBlob(registry, REPOSITORY, bytes("x"));
        assertRequests("WRITE blobs/D/data", "WRITE_PUBLISH blobs/D/data", "PUT _layers/D/link");
    }

    @Test
    void pushingABlobThroughASession() throws Exception {
        Registry registry = cold();
        UploadId id;

        try (Upload upload = registry.startUpload(REPOSITORY)) {
            id = upload.id();
        }
        assertRequests("VERIFY "); // a look at a file: the id proves itself
        try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
            upload.append(chunk(bytes("x")));
        }
        assertRequests("STAGE _berth/ID", "STAGED_APPEND _berth/ID", "STAGED_KEEP _berth/ID");
        try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
            upload.commit(sha256(bytes("x")), UploadChunk.empty());
        }
        assertRequests("RESUME _berth/ID", "STAGED_PUBLISH blobs/D/data", "PUT _layers/D/link");
    }

    @Test
    void aSessionThatLostItsHashIsReadAgain() throws Exception {
        UploadId id;
        try (Upload upload = warm.startUpload(REPOSITORY)) {
            id = upload.id();
            upload.append(chunk(bytes("x")));
        }
        Registry registry = cold();

        try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
            upload.commit(sha256(bytes("x")), UploadChunk.empty());
        }
        assertRequests(
                "RESUME _berth/ID",
                "STAGED_READ _berth/ID",
                "STAGED_PUBLISH blobs/D/data",
                "PUT _layers/D/link");
    }

    @Test
    void mounting() {
        Digest digest = pushBlob(warm, OTHER, bytes("x"));
        Registry registry = cold();

        registry.mountBlob(REPOSITORY, digest, new MountSource.From(OTHER));
        assertRequests("READ other:_layers/D/link", "HEAD blobs/D/data", "PUT _layers/D/link");
        registry.mountBlob(REPOSITORY, sha256(bytes("y")), new MountSource.Anywhere(name -> true));
        assertRequests();
    }

    @Test
    void pushingAManifest() {
        pushImage(warm, REPOSITORY, "first");
        image("a").pushBlobs(warm, REPOSITORY);
        Registry registry = cold();

        registry.putManifest(REPOSITORY, image("a").build(), tags("v1"), PutOptions.defaults());
        List<String> first = List.copyOf(requests);
        // Every reference, a lookup in parallel each: link and content.
        assertThat(first.subList(0, 4))
                .containsExactlyInAnyOrder(
                        "READ _layers/D/link",
                        "HEAD blobs/D/data",
                        "READ _layers/D/link",
                        "HEAD blobs/D/data");
        assertThat(first.subList(4, first.size()))
                .containsExactly(
                        "HEAD _berth/library/app+", // once per repository and process
                        "PUT blobs/D/data",
                        "PUT _berth/tags/D/v1=",
                        "PUT _manifests/tags/v1/index/D/link",
                        "PUT _manifests/revisions/D/link",
                        "PUT _manifests/tags/v1/current/link");
        requests.clear();
        registry.putManifest(REPOSITORY, image("a").build(), tags("v1"), PutOptions.defaults());
        assertThat(requests).hasSize(9);
    }

    /** What is asked for besides costs looks, before the writes that a push makes in any case. */
    @Test
    void pushingAManifestUnderAConditionOrAskingWhatWasThere() {
        Manifest manifest = pushImage(warm, REPOSITORY, "a", "v1");
        Registry registry = cold();
        List<String> writes =
                List.of(
                        "PUT blobs/D/data",
                        "PUT _berth/tags/D/v1=",
                        "PUT _manifests/tags/v1/index/D/link",
                        "PUT _manifests/revisions/D/link",
                        "PUT _manifests/tags/v1/current/link");
        PutOptions lenient = PutOptions.defaults().with(ReferencePolicy.LENIENT);
        registry.putManifest(REPOSITORY, manifest, tags("v1"), lenient);
        requests.remove("HEAD _berth/library/app+"); // once per repository and process
        assertThat(requests).isEqualTo(writes);
        requests.clear();

        TagCondition condition = TagCondition.ifAt(manifest.digest());
        registry.putManifest(REPOSITORY, manifest, tags("v1"), lenient.with(condition));
        assertThat(requests.getFirst()).isEqualTo("READ _manifests/tags/v1/current/link");
        assertThat(requests.subList(1, requests.size())).isEqualTo(writes);
        requests.clear();

        registry.putManifest(REPOSITORY, manifest, tags("v1"), lenient.reportingPrevious());
        assertThat(requests.subList(0, 2))
                .containsExactly(
                        "READ _manifests/tags/v1/current/link", "HEAD _manifests/revisions/D/link");
        assertThat(requests.subList(2, requests.size())).isEqualTo(writes);
        requests.clear();

        assertThatThrownBy(
                        () ->
                                registry.putManifest(
                                        REPOSITORY,
                                        manifest,
                                        tags("v1"),
                                        lenient.with(TagCondition.ifAbsent())))
                .isInstanceOf(RegistryException.class);
        assertRequests("READ _manifests/tags/v1/current/link");
    }

    @Test
    void deletingAManifestCostsWhatItDeletes() {
        for (int i = 0; i < 20; i++) {
            pushImage(warm, REPOSITORY, "other " + i, "other-" + i);
        }
        Manifest doomed = pushImage(warm, REPOSITORY, "doomed", "v1");
        Registry registry = cold();

        registry.deleteManifest(REPOSITORY, doomed.digest(), TagProtection.none());

        assertRequests(
                "HEAD _manifests/revisions/D/link",
                "LIST _berth/tags/D/",
                "READ _berth/tags/complete", // afterwards: it may have been removed meanwhile
                "READ _manifests/tags/v1/current/link",
                "DELETE _manifests/tags/v1/current/link",
                "LIST _manifests/tags/v1/",
                "DELETE_ALL [_manifests/tags/v1/index/D/link]",
                "DELETE _manifests/revisions/D/link",
                "FORGET [_berth/tags/D/v1=]");
    }

    /** Only tags that a rule covers cost a look each. */
    @Test
    void protectedTags() {
        Manifest manifest = pushImage(warm, REPOSITORY, "a", "v1", "v2", "free");
        Registry registry = cold();
        PutOptions lenient = PutOptions.defaults().with(ReferencePolicy.LENIENT);
        registry.putManifest(REPOSITORY, manifest, tags("v1", "free"), lenient);
        requests.remove("HEAD _berth/library/app+"); // once per repository and process
        List<String> writes = List.copyOf(requests);
        requests.clear();

        PutOptions covered = lenient.with(protection("v"));
        registry.putManifest(REPOSITORY, manifest, tags("v1", "free"), covered);
        assertThat(requests.getFirst()).isEqualTo("READ _manifests/tags/v1/current/link");
        assertThat(requests.subList(1, requests.size())).isEqualTo(writes);
        requests.clear();
        registry.putManifest(
                REPOSITORY, manifest, tags("v1", "free"), lenient.with(protection("other")));
        assertThat(requests).isEqualTo(writes);
        requests.clear();

        assertThatThrownBy(
                        () ->
                                registry.deleteManifest(
                                        REPOSITORY, manifest.digest(), protection("v")))
                .isInstanceOf(RegistryException.class);
        assertRequests(
                "HEAD _manifests/revisions/D/link",
                "LIST _berth/tags/D/",
                "READ _berth/tags/complete",
                "READ _manifests/tags/v1/current/link",
                "READ _manifests/tags/v2/current/link");
        assertThatThrownBy(() -> registry.deleteTag(REPOSITORY, Tag.of("v1"), protection("v")))
                .isInstanceOf(RegistryException.class);
        assertRequests("READ _manifests/tags/v1/current/link");
    }

    /** Of the tags that begin with a prefix. */
    private static TagProtection protection(String prefix) {
        return new TagProtection() {
            @Override
            public boolean covers(Tag tag) {
                return tag.value().startsWith(prefix);
            }

            @Override
            public Optional<RegistryError> refusal(Tag tag, Digest present, Instant written) {
                return Optional.of(RegistryError.of(ErrorCode.DENIED));
            }
        };
    }

    @Test
    void inASharedTreeEveryTagIsLookedAt() {
        for (int i = 0; i < 20; i++) {
            pushImage(warm, REPOSITORY, "other " + i, "other_" + i);
        }
        Manifest doomed = pushImage(warm, REPOSITORY, "doomed", "v1");
        Registry registry = cold(OwnershipMode.SHARED);

        registry.deleteManifest(REPOSITORY, doomed.digest(), TagProtection.none());

        assertThat(requests.stream().filter(request -> request.endsWith("/current/link")))
                .hasSize(20 + 2);
    }

    @Test
    void deletingABlob() {
        Digest digest = pushBlob(warm, REPOSITORY, bytes("x"));
        Registry registry = cold();

        registry.deleteBlob(REPOSITORY, digest);
        assertRequests("READ _layers/D/link", "HEAD blobs/D/data", "DELETE _layers/D/link");
    }

    @Test
    void aPageOfTagsCostsThePage() {
        pushImage(
                warm,
                REPOSITORY,
                "a",
                IntStream.range(0, 300).mapToObj("t%03d"::formatted).toArray(String[]::new));
        Registry registry = cold();

        registry.tags(REPOSITORY, new PageRequest("t100", 10));
        assertThat(requests).filteredOn(request -> request.startsWith("LIST")).hasSize(1);
        assertThat(requests).filteredOn(request -> request.startsWith("HEAD")).hasSize(11);
        assertThat(requests).hasSize(12);
        requests.clear();

        registry.tags(REPOSITORY, new PageRequest("t100", 10));
        assertThat(requests).hasSize(1);
    }

    @Test
    void aPageOfTagsThatOthersMayChangeLooksAtEachEveryTime() {
        pushImage(warm, REPOSITORY, "a", "v1", "v2");
        Registry registry = cold(OwnershipMode.SHARED);

        for (int i = 0; i < 2; i++) {
            registry.tags(REPOSITORY, PageRequest.first(10));
            assertRequests(
                    "LIST _manifests/tags/",
                    "HEAD _manifests/tags/v1/current/link",
                    "HEAD _manifests/tags/v2/current/link");
        }
    }

    @Test
    void aTagThatWasDeletedAndIsBeingPushedIsLookedForAgain() {
        pushImage(warm, REPOSITORY, "a", "v1", "v2");
        Registry registry = cold();
        registry.tags(REPOSITORY, PageRequest.first(10));
        registry.deleteTag(REPOSITORY, Tag.of("v1"), TagProtection.none());
        Digest digest = registry.resolve(REPOSITORY, Tag.of("v2"));

        new Tags(store, new LinkFiles(store), Duration.ZERO, 0)
                .prepare(REPOSITORY, Tag.of("v1"), digest);

        assertThat(registry.tags(REPOSITORY, PageRequest.first(10)).items())
                .containsExactly(Tag.of("v2"));
    }

    @Test
    void aPageOfTheCatalogCostsThePage() {
        Manifest manifest = pushImage(warm, REPOSITORY, "a", "v1");
        pushImage(warm, OTHER, "a", "v1");
        Registry registry = cold();

        assertThat(registry.repositories(PageRequest.first(1), _ -> true).items())
                .containsExactly(REPOSITORY);
        requests.clear();
        assertThat(registry.repositories(PageRequest.first(1), _ -> true).items())
                .containsExactly(REPOSITORY);
        assertRequests("LIST _berth/", "READ _berth/+complete");

        registry.deleteManifest(REPOSITORY, manifest.digest(), TagProtection.none());
        assertThat(registry.repositories(PageRequest.first(10), _ -> true).items())
                .containsExactly(OTHER);
    }

    @Test
    void referrersCostTheReferrers() {
        Manifest subject = pushImage(warm, REPOSITORY, "subject", "v1");
        for (int i = 0; i < 20; i++) {
            pushImage(warm, REPOSITORY, "other " + i);
        }
        image("about").subject(subject.digest()).pushBlobs(warm, REPOSITORY);
        warm.putManifest(
                REPOSITORY,
                image("about").subject(subject.digest()).build(),
                List.of(),
                PutOptions.defaults());
        Registry registry = cold();

        registry.referrers(REPOSITORY, subject.digest(), null, PageRequest.first(100));
        assertRequests(
                "READ _berth/referrers/complete",
                "LIST _berth/referrers/D/",
                "HEAD _manifests/revisions/D/link",
                "READ blobs/D/data");
    }
}
