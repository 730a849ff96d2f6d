package io.berth.storage;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.pushImage;
import static io.berth.registry.TestContent.sha256;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.Eventually;
import io.berth.object.InterceptedStore;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.object.memory.MemoryStore;
import io.berth.registry.PageRequest;
import io.berth.registry.PutOptions;
import io.berth.registry.Registry;
import io.berth.registry.tag.TagProtection;
import io.berth.storage.index.OwnershipMode;
import io.berth.storage.tree.LinkFiles;
import io.berth.storage.tree.PagedListing;
import io.berth.storage.tree.RegistryLayout;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is damaged or removed in a tree damages nothing but itself. */
class DamageTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final String FOLDER = "docker/registry/v2/repositories/library/app/";

    private final ObjectStore store = new MemoryStore();
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    private StoredRegistry open(OwnershipMode mode, boolean remote) {
        StoredRegistryOptions options = StoredRegistryOptions.defaults().with(mode);
        ObjectStore counted =
                new InterceptedStore(
                        store,
                        new InterceptedStore.Interceptor() {
                            @Override
                            public void before(InterceptedStore.Call call) {
                                requests.add(call.operation() + " " + call.key());
                            }

                            @Override
                            public void after(InterceptedStore.Call call) {}
                        });
        return new StoredRegistry(
                remote ? InterceptedStore.remote(counted) : counted,
                remote ? options.amongReplicas(Duration.ofSeconds(10)) : options,
                Clock.systemUTC());
    }

    private void put(ObjectKey key, byte[] content) {
        store.put(key, content, Condition.always(), Durability.WHOLE);
    }

    private boolean isThere(String key) {
        try {
            store.head(ObjectKey.of(key));
            return true;
        } catch (ObjectStoreException.NotFound e) {
            return false;
        }
    }

    private static List<Tag> tagsOf(Registry registry) {
        return registry.tags(REPOSITORY, PageRequest.first(100)).items();
    }

    private static int referrers(Registry registry, Digest subject) {
        return registry.referrers(REPOSITORY, subject, null, PageRequest.first(10)).items().size();
    }

    enum Damage {
        EMPTY,
        OTHER_BYTES,
        NO_JSON,
        TOO_LONG,
        ABSENT
    }

    private Digest damaged(Registry registry, Damage damage, Digest subject) {
        if (damage == Damage.NO_JSON) {
            Digest digest = sha256(new byte[] {'{'});
            put(RegistryLayout.blob(digest), new byte[] {'{'});
            new LinkFiles(store)
                    .write(
                            RegistryLayout.revisionLink(REPOSITORY, digest),
                            digest,
                            Durability.WHOLE);
            return digest;
        }
        image("damaged").pushBlobs(registry, REPOSITORY);
        Manifest manifest = image("damaged").subject(subject).build();
        registry.putManifest(REPOSITORY, manifest, tags("damaged"), PutOptions.defaults());
        ObjectKey key = RegistryLayout.blob(manifest.digest());
        switch (damage) {
            case EMPTY -> put(key, new byte[0]);
            case OTHER_BYTES -> put(key, bytes("{\"schemaVersion\":2}"));
            case TOO_LONG -> put(key, new byte[17 << 20]);
            default -> store.delete(key, Condition.always());
        }
        return manifest.digest();
    }

    @ParameterizedTest
    @EnumSource(Damage.class)
    void aDamagedManifestHidesNoOther(Damage damage) {
        for (boolean remote : new boolean[] {false, true}) {
            Registry shared = open(OwnershipMode.SHARED, remote);
            Manifest base = pushImage(shared, REPOSITORY, "base", "v1");
            image("sig").pushBlobs(shared, REPOSITORY);
            Manifest signature = image("sig").subject(base.digest()).build();
            shared.putManifest(REPOSITORY, signature, List.of(), PutOptions.defaults());
            Digest damaged = damaged(shared, damage, base.digest());

            Registry again = open(OwnershipMode.SHARED, remote);
            assertThat(referrers(again, base.digest())).isEqualTo(1);
            requests.clear();
            assertThat(referrers(again, base.digest())).isEqualTo(1);
            if (damage != Damage.ABSENT) {
                assertThat(requests).noneMatch(r -> r.contains(damaged.encoded() + "/data"));
            }

            StoredRegistry exclusive = open(OwnershipMode.EXCLUSIVE, remote);
            exclusive.index(REPOSITORY);
            assertThat(isThere(FOLDER + "_berth/tags/complete")).isTrue();
            assertThat(referrers(exclusive, base.digest())).isEqualTo(1);
            exclusive.deleteManifest(REPOSITORY, damaged, TagProtection.none());
            exclusive.deleteManifest(REPOSITORY, base.digest(), TagProtection.none());
            assertThat(tagsOf(exclusive)).isEmpty();
        }
    }

    @Test
    void aDamagedManifestIsHealedByPushingIt() {
        Registry registry = open(OwnershipMode.AUTO, false);
        Manifest base = pushImage(registry, REPOSITORY, "base", "v1");
        Digest damaged = damaged(registry, Damage.EMPTY, base.digest());
        Registry again = open(OwnershipMode.AUTO, false);
        assertThat(referrers(again, base.digest())).isZero();

        Manifest manifest = image("damaged").subject(base.digest()).build();
        assertThat(manifest.digest()).isEqualTo(damaged);
        again.putManifest(REPOSITORY, manifest, List.of(), PutOptions.defaults());

        assertThat(referrers(again, base.digest())).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void indexesRemovedWhileWeRunAreNotMissedByADelete(boolean remote) throws InterruptedException {
        StoredRegistry registry = open(OwnershipMode.AUTO, remote);
        Manifest manifest = pushImage(registry, REPOSITORY, "one", "v1", "v2");
        pushImage(registry, REPOSITORY, "two", "v3");
        for (String key : new PagedListing(store, FOLDER + "_berth/")) {
            store.delete(ObjectKey.of(key), Condition.always());
        }

        registry.deleteManifest(REPOSITORY, manifest.digest(), TagProtection.none());

        assertThat(tagsOf(registry)).isEqualTo(tags("v3"));
        Eventually.await(
                "the index is built again", () -> isThere(FOLDER + "_berth/tags/complete"));
        requests.clear();
        Manifest two = registry.manifest(REPOSITORY, Tag.of("v3"));
        registry.deleteManifest(REPOSITORY, two.digest(), TagProtection.none());
        assertThat(tagsOf(registry)).isEmpty();
    }

    /** One of the two, for each has its own claim. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anIndexRemovedAloneIsNotBelieved(boolean remote) throws InterruptedException {
        StoredRegistry registry = open(OwnershipMode.AUTO, remote);
        Manifest base = pushImage(registry, REPOSITORY, "base", "v1", "v2");
        image("sig").pushBlobs(registry, REPOSITORY);
        registry.putManifest(
                REPOSITORY,
                image("sig").subject(base.digest()).build(),
                List.of(),
                PutOptions.defaults());
        for (String index : List.of("_berth/referrers/", "_berth/tags/")) {
            for (String key : new PagedListing(store, FOLDER + index)) {
                store.delete(ObjectKey.of(key), Condition.always());
            }
            StoredRegistry again = open(OwnershipMode.AUTO, remote);
            if (index.equals("_berth/referrers/")) {
                assertThat(referrers(again, base.digest())).isEqualTo(1);
            } else {
                again.deleteManifest(REPOSITORY, base.digest(), TagProtection.none());
                assertThat(tagsOf(again)).isEmpty();
            }
            Eventually.await("it is built again", () -> isThere(FOLDER + index + "complete"));
        }
    }

    @Test
    void referrersThatWereSearchedForAreIndexed() throws InterruptedException {
        StoredRegistry registry = open(OwnershipMode.AUTO, false);
        Manifest base = pushImage(registry, REPOSITORY, "base", "v1");
        image("sig").pushBlobs(registry, REPOSITORY);
        registry.putManifest(
                REPOSITORY,
                image("sig").subject(base.digest()).build(),
                List.of(),
                PutOptions.defaults());
        for (String key : new PagedListing(store, FOLDER + "_berth/")) {
            store.delete(ObjectKey.of(key), Condition.always());
        }

        assertThat(referrers(open(OwnershipMode.AUTO, false), base.digest())).isEqualTo(1);

        Eventually.await("the index is built", () -> isThere(FOLDER + "_berth/tags/complete"));
        assertThat(referrers(open(OwnershipMode.AUTO, false), base.digest())).isEqualTo(1);
    }

    @Test
    void askingForWhatIsNotThereLeavesNothing() throws InterruptedException {
        StoredRegistry registry = open(OwnershipMode.AUTO, false);
        requests.clear();

        for (int i = 0; i < 20; i++) {
            RepositoryName unknown = RepositoryName.of("nobody/" + i);
            registry.referrers(unknown, sha256(bytes("x")), null, PageRequest.first(10));
        }
        Thread.sleep(50);

        assertThat(requests).noneMatch(request -> request.startsWith("PUT"));
        assertThat(registry.repositories(PageRequest.first(10), _ -> true).items()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLinkThatIsTooLongIsAbsentAndHealedByThePush(boolean remote) {
        Registry registry = open(OwnershipMode.AUTO, remote);
        Manifest manifest = pushImage(registry, REPOSITORY, "one", "v1", "v2");
        byte[] tooLong = new byte[1 << 20];
        for (ObjectKey key :
                List.of(
                        RegistryLayout.tagCurrent(REPOSITORY, Tag.of("v1")),
                        RegistryLayout.revisionLink(REPOSITORY, manifest.digest()))) {
            put(key, tooLong);
        }
        Registry again = open(OwnershipMode.AUTO, remote);

        for (Runnable read :
                List.<Runnable>of(
                        () -> again.manifest(REPOSITORY, Tag.of("v1")),
                        () -> again.resolve(REPOSITORY, Tag.of("v1")),
                        () -> again.manifest(REPOSITORY, manifest.digest()))) {
            assertThatThrownBy(read::run)
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_UNKNOWN));
        }
        again.deleteTag(
                REPOSITORY, Tag.of("v1"), TagProtection.none()); // a damaged tag can be removed
        again.putManifest(REPOSITORY, manifest, tags("v1"), PutOptions.defaults());

        assertThat(again.resolve(REPOSITORY, Tag.of("v1"))).isEqualTo(manifest.digest());
        assertThat(tagsOf(again)).isEqualTo(tags("v1", "v2"));
    }

    @Test
    void aClaimThatIsTooLongIsNone() {
        Registry registry = open(OwnershipMode.AUTO, false);
        Manifest manifest = pushImage(registry, REPOSITORY, "one", "v1");
        put(ObjectKey.of(FOLDER + "_berth/tags/complete"), new byte[1 << 20]);

        registry.deleteManifest(REPOSITORY, manifest.digest(), TagProtection.none());

        assertThat(tagsOf(registry)).isEmpty();
    }
}
