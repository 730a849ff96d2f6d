package io.berth.storage;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.pushBlob;
import static io.berth.registry.TestContent.pushImage;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.ObjectStore;
import io.berth.object.memory.MemoryStore;
import io.berth.registry.MountSource;
import io.berth.registry.PageRequest;
import io.berth.registry.PutOptions;
import io.berth.registry.ReferencePolicy;
import io.berth.registry.Registry;
import io.berth.registry.TestContent;
import io.berth.registry.tag.TagCondition;
import io.berth.registry.tag.TagProtection;
import io.berth.storage.index.OwnershipMode;
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
 * What each operation asks of a store across a network, in any order: on a replica that has just
 * started, and on one that saw the same a moment ago. {@code S3RequestCountTest} counts what an S3
 * store makes of these.
 */
class RemoteRequestCountTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final RepositoryName OTHER = RepositoryName.of("library/other");
    private static final int LAYERS = 2;

    private final MemoryStore store = new MemoryStore(true);
    private final Registry elsewhere = open(store, OwnershipMode.AUTO);
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    private static Registry open(ObjectStore store, OwnershipMode ownership) {
        return new StoredRegistry(
                store,
                StoredRegistryOptions.defaults()
                        .with(ownership)
                        .amongReplicas(Duration.ofMinutes(1)),
                Clock.systemUTC());
    }

    private static TestContent.ImageBuilder twoLayers() {
        return image("a").layers(bytes("one"), bytes("two"));
    }

    private Registry cold(OwnershipMode ownership) {
        Registry registry =
                open(
                        new InterceptedStore(
                                store,
                                new InterceptedStore.Interceptor() {
                                    @Override
                                    public void before(Call call) {
                                        requests.add(call.operation().name());
                                    }
                                }),
                        ownership);
        requests.clear();
        return registry;
    }

    private void assertRequests(String... expected) {
        assertThat(requests).containsExactlyInAnyOrder(expected);
        requests.clear();
    }

    @Test
    void readingAManifest() {
        Manifest manifest = pushImage(elsewhere, REPOSITORY, "a", "v1");

        Registry registry = cold(OwnershipMode.AUTO);
        registry.manifest(REPOSITORY, Tag.of("v1"));
        assertRequests("READ", "HEAD", "READ");
        registry.manifest(REPOSITORY, Tag.of("v1"));
        assertRequests("READ");
        registry.resolve(REPOSITORY, Tag.of("v1"));
        assertRequests("READ");

        registry = cold(OwnershipMode.AUTO);
        registry.manifest(REPOSITORY, manifest.digest());
        assertRequests("HEAD", "READ");
        registry.manifest(REPOSITORY, manifest.digest());
        assertRequests();
    }

    @Test
    void lookingAtABlob() {
        Digest digest = pushBlob(elsewhere, REPOSITORY, bytes("x"));
        Registry registry = cold(OwnershipMode.AUTO);

        registry.blob(REPOSITORY, digest);
        assertRequests("READ", "HEAD");
        registry.blob(REPOSITORY, digest);
        assertRequests();
    }

    @Test
    void mounting() {
        Digest digest = pushBlob(elsewhere, OTHER, bytes("x"));
        Registry registry = cold(OwnershipMode.AUTO);

        registry.mountBlob(REPOSITORY, digest, new MountSource.From(OTHER));
        assertRequests("READ", "HEAD", "PUT");
        registry.mountBlob(REPOSITORY, digest, new MountSource.From(OTHER));
        assertRequests("HEAD", "PUT"); // content that a push relies on is always looked for
    }

    @Test
    void pushingAManifest() {
        pushImage(elsewhere, REPOSITORY, "first");
        twoLayers().pushBlobs(elsewhere, REPOSITORY);
        Registry registry = cold(OwnershipMode.AUTO);

        registry.putManifest(REPOSITORY, twoLayers().build(), tags("v1"), PutOptions.defaults());
        // Link and content of each reference; once the catalog's entry; content, index, link, what
        // the tag holds, tag, its history, and a look for deletes.
        int references = 1 + LAYERS;
        assertThat(requests).hasSize(2 * references + 1 + 7);
        requests.clear();
        registry.putManifest(REPOSITORY, twoLayers().build(), tags("v2"), PutOptions.defaults());
        assertRequests("HEAD", "HEAD", "HEAD", "READ", "PUT", "PUT", "PUT", "PUT", "PUT", "LIST");
        registry.putManifest(REPOSITORY, twoLayers().build(), List.of(), PutOptions.defaults());
        assertRequests("HEAD", "HEAD", "HEAD", "PUT", "PUT", "LIST");
    }

    /** Among replicas tags are looked at in any case. */
    @Test
    void pushingAManifestUnderAConditionOrAskingWhatWasThere() {
        Manifest manifest = pushImage(elsewhere, REPOSITORY, "a", "v1");
        Registry registry = cold(OwnershipMode.AUTO);
        PutOptions options = PutOptions.defaults().with(ReferencePolicy.LENIENT);
        registry.putManifest(REPOSITORY, manifest, tags("v1"), options);
        requests.clear();

        PutOptions conditional = options.with(TagCondition.ifAt(manifest.digest()));
        registry.putManifest(REPOSITORY, manifest, tags("v1"), conditional);
        assertThat(requests.getFirst()).isEqualTo("READ");
        assertRequests("READ", "PUT", "PUT", "PUT", "PUT", "PUT", "LIST");
        registry.putManifest(REPOSITORY, manifest, tags("v1"), options.reportingPrevious());
        assertRequests("READ", "HEAD", "PUT", "PUT", "PUT", "PUT", "PUT", "LIST");

        PutOptions kept = options.with(KEEPING);
        registry.putManifest(REPOSITORY, manifest, tags("v1"), kept);
        assertThat(requests.getFirst()).as("before the writes").isEqualTo("READ");
        assertRequests("READ", "PUT", "PUT", "PUT", "PUT", "PUT", "LIST");
        assertThatThrownBy(() -> registry.deleteManifest(REPOSITORY, manifest.digest(), KEEPING))
                .isInstanceOf(RegistryException.class);
        assertRequests("HEAD", "PUT", "LIST", "READ", "READ", "PUT");
    }

    private static final TagProtection KEEPING =
            new TagProtection() {
                @Override
                public boolean covers(Tag tag) {
                    return true;
                }

                @Override
                public Optional<RegistryError> refusal(Tag tag, Digest present, Instant written) {
                    return Optional.of(RegistryError.of(ErrorCode.DENIED));
                }
            };

    @Test
    void deletingAManifestCostsWhatItDeletes() {
        for (int i = 0; i < 20; i++) {
            pushImage(elsewhere, REPOSITORY, "other " + i, "other-" + i);
        }
        Manifest tagged = pushImage(elsewhere, REPOSITORY, "doomed", "v1", "v2");
        Manifest untagged = pushImage(elsewhere, REPOSITORY, "as well");
        Registry registry = cold(OwnershipMode.AUTO);
        registry.referrers(REPOSITORY, tagged.digest(), null, PageRequest.first(1));
        requests.clear();

        registry.deleteManifest(REPOSITORY, untagged.digest(), TagProtection.none());
        assertRequests("HEAD", "PUT", "LIST", "READ", "DELETE", "PUT");

        registry.deleteManifest(REPOSITORY, tagged.digest(), TagProtection.none());
        assertRequests(
                "HEAD",
                "PUT", // the tombstone
                "LIST",
                "READ", // the claim that the list is complete
                "DELETE", // for each tag its pointer, and a look at what else there is of it
                "LIST",
                "DELETE",
                "LIST",
                "DELETE_ALL",
                "DELETE",
                "PUT");
    }

    @Test
    void inASharedTreeTagsAreFoundByOneListing() {
        for (int i = 0; i < 20; i++) {
            pushImage(elsewhere, REPOSITORY, "other " + i, "other-" + i);
        }
        Manifest doomed = pushImage(elsewhere, REPOSITORY, "doomed", "v1");
        Registry registry = cold(OwnershipMode.SHARED);

        registry.deleteManifest(REPOSITORY, doomed.digest(), TagProtection.none());

        assertRequests("HEAD", "PUT", "LIST", "DELETE", "LIST", "DELETE_ALL", "DELETE", "PUT");
    }

    @Test
    void aPageOfTagsCostsThePage() {
        List<String> names = new ArrayList<>();
        IntStream.range(0, 300).forEach(i -> names.add("1.%d".formatted(i)));
        IntStream.range(0, 300).forEach(i -> names.add("1.%d-alpine".formatted(i)));
        pushImage(elsewhere, REPOSITORY, "a", names.toArray(String[]::new));
        Registry registry = cold(OwnershipMode.AUTO);

        List<Tag> all = registry.tags(REPOSITORY, PageRequest.first(1000)).items();
        assertThat(all).hasSize(600).isSorted();
        // A tag has a pointer and a history, two keys; and there might have been a tag "1", which
        // comes first and would be listed last.
        assertRequests("LIST", "LIST", "HEAD");

        registry.tags(REPOSITORY, new PageRequest("1.17", 10));
        assertRequests("LIST");
    }

    @Test
    void aPageOfTheCatalogCostsThePage() {
        for (int i = 0; i < 30; i++) {
            pushImage(elsewhere, RepositoryName.of("a/" + i), "a");
            pushImage(elsewhere, RepositoryName.of("a/" + i + "-b/c"), "a");
        }
        Registry registry = cold(OwnershipMode.AUTO);

        assertThat(registry.repositories(PageRequest.first(100), _ -> true).items())
                .hasSize(60)
                .isSorted();
        assertRequests("READ", "LIST");
        assertThat(registry.repositories(new PageRequest("a/17", 5), _ -> true).items())
                .extracting(RepositoryName::value)
                .containsExactly("a/17-b/c", "a/18", "a/18-b/c", "a/19", "a/19-b/c");
        assertRequests("LIST", "READ"); // the claim each time: entries may have been removed
    }

    @Test
    void referrersCostTheReferrers() {
        Manifest subject = pushImage(elsewhere, REPOSITORY, "subject", "v1");
        image("about").subject(subject.digest()).pushBlobs(elsewhere, REPOSITORY);
        elsewhere.putManifest(
                REPOSITORY,
                image("about").subject(subject.digest()).build(),
                List.of(),
                PutOptions.defaults());
        Registry registry = cold(OwnershipMode.AUTO);

        registry.referrers(REPOSITORY, subject.digest(), null, PageRequest.first(100));
        assertRequests("READ", "LIST", "HEAD", "READ");
    }
}
