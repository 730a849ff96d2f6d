package io.berth.storage;

import static io.berth.registry.TestContent.pushImage;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.InterceptedStore.Operation;
import io.berth.object.ListRequest;
import io.berth.object.Listing;
import io.berth.object.ObjectInfo;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.memory.MemoryStore;
import io.berth.storage.index.OwnershipMode;
import io.berth.storage.manifest.Tombstones;
import io.berth.storage.tree.PagedListing;
import io.berth.storage.tree.RegistryLayout;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the purge removes, what it leaves, and how many requests it makes. */
class PurgeTest {

    private static final Clock NOW = Clock.systemUTC();
    private static final RepositoryName APP = RepositoryName.of("library/app");
    private static final Duration WEEK = Duration.ofDays(7);
    private static final String REPOSITORIES = "docker/registry/v2/repositories/";

    private final MemoryStore store = new MemoryStore(true);
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    private final ObjectStore counted =
            new InterceptedStore(
                    store,
                    new InterceptedStore.Interceptor() {
                        @Override
                        public void before(Call call) {
                            calls.add(call);
                        }
                    });

    private StoredRegistry open(OwnershipMode mode) {
        return new StoredRegistry(
                counted,
                StoredRegistryOptions.defaults().amongReplicas(Duration.ofSeconds(10)).with(mode),
                NOW);
    }

    private int purge(StoredRegistry registry) {
        calls.clear();
        return registry.purgeUploads(NOW.instant().minus(WEEK), false);
    }

    private long count(Operation operation) {
        return calls.stream().filter(call -> call.operation() == operation).count();
    }

    /**
     * @return the folder of the session
     */
    private String foreignUpload(String repository, Instant began) {
        String folder = REPOSITORIES + repository + "/_uploads/" + UUID.randomUUID() + "/";
        put(folder + "startedat", began.toString());
        put(folder + "data", "bytes");
        put(folder + "hashstates/sha256/0", "state");
        return folder;
    }

    private void put(String key, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.US_ASCII);
        store.put(ObjectKey.of(key), bytes, Condition.always(), Durability.HINT);
    }

    private List<String> keys(String prefix) {
        return new PagedListing(store, prefix).stream().toList();
    }

    @ParameterizedTest
    @EnumSource(
            value = OwnershipMode.class,
            names = {"AUTO", "SHARED"})
    void uploadsOfOtherRegistriesGoWhateverTheirRepositoryHolds(OwnershipMode mode) {
        StoredRegistry registry = open(mode);
        pushImage(registry, APP, "image", "v1");
        Instant old = NOW.instant().minus(Duration.ofDays(8));
        List<String> abandoned = new ArrayList<>();
        for (String repository :
                List.of(
                        "library/app",
                        "library/never-pushed",
                        "library/app/below",
                        "top",
                        "a-b/c")) {
            abandoned.add(foreignUpload(repository, old));
        }
        String young = foreignUpload("library/new", NOW.instant().minus(Duration.ofDays(6)));

        assertThat(purge(registry)).isEqualTo(abandoned.size());

        for (String folder : abandoned) {
            assertThat(keys(folder)).isEmpty();
        }
        assertThat(keys(young)).hasSize(3);
        assertThat(registry.manifest(APP, Tag.of("v1"))).isNotNull();
    }

    /** The folder of the session and its beginning are read besides. */
    @Test
    void lookingForThemCostsAListingForEachFolder() {
        StoredRegistry registry = open(OwnershipMode.AUTO);
        for (int i = 0; i < 20; i++) {
            pushImage(registry, RepositoryName.of("library/app" + i), "image", "v1");
        }
        purge(registry);
        long folders = count(Operation.LIST);
        foreignUpload("library/app3", NOW.instant().minus(Duration.ofDays(8)));
        purge(registry);

        // The folder of all repositories, library, and those in it; sessions of Berth; tombstones.
        long purge = 1 + 1 + 20 + 1 + 1;
        // The entries of the catalog; the same folders, and whether each is a repository.
        long catalog = 1 + (1 + 1 + 20) + (1 + 20);
        assertThat(folders).isEqualTo(purge + catalog);
        assertThat(count(Operation.LIST)).isEqualTo(folders + 2);
    }

    /** The listing tells how old objects are; only what may have been copied is read. */
    @Test
    void aSessionWhoseObjectsAreOldCostsItsListingAndItsDelete() {
        ObjectStore aged =
                new InterceptedStore(counted, new InterceptedStore.Interceptor() {}) {
                    @Override
                    public Listing list(ListRequest request) {
                        return older(super.list(request), Duration.ofDays(8));
                    }
                };
        String foreign = foreignUpload("library/app", NOW.instant().minus(Duration.ofDays(8)));
        String withoutBeginning = REPOSITORIES + "library/app/_uploads/" + UUID.randomUUID() + "/";
        put(withoutBeginning + "data", "bytes");
        StoredRegistry registry =
                new StoredRegistry(aged, StoredRegistryOptions.defaults(), Clock.systemUTC());

        assertThat(purge(registry)).isEqualTo(2);

        assertThat(keys(foreign)).isEmpty();
        assertThat(keys(withoutBeginning)).isEmpty();
        assertThat(count(Operation.HEAD)).isZero();
        assertThat(count(Operation.READ)).isZero();
        assertThat(count(Operation.DELETE_ALL)).isEqualTo(2);
    }

    @Test
    void aYoungSessionWithoutABeginningStays() {
        String folder = REPOSITORIES + "library/app/_uploads/" + UUID.randomUUID() + "/";
        put(folder + "data", "bytes");

        assertThat(purge(open(OwnershipMode.AUTO))).isZero();

        assertThat(keys(folder)).hasSize(1);
        assertThat(count(Operation.HEAD)).isZero();
    }

    private static Listing older(Listing listing, Duration age) {
        return new Listing(
                listing.entries().stream()
                        .map(entry -> new Listing.Entry(entry.key(), older(entry.info(), age)))
                        .toList(),
                listing.more(),
                listing.continuation());
    }

    private static @Nullable ObjectInfo older(@Nullable ObjectInfo info, Duration age) {
        return info == null
                ? null
                : new ObjectInfo(info.size(), info.modified().minus(age), info.version());
    }

    private void leaveTombstones(int count, Duration ago) {
        Tombstones earlier = new Tombstones(store, Clock.offset(NOW, ago.negated()));
        for (int i = 0; i < count; i++) {
            byte[] content = ("manifest " + i).getBytes(StandardCharsets.US_ASCII);
            earlier.begin(APP, Digest.ofContent(HashAlgorithm.SHA256, content));
        }
    }

    @Test
    void tombstonesThatSayNothingAnyMoreGoAThousandAtATime() {
        StoredRegistry registry = open(OwnershipMode.AUTO);
        leaveTombstones(2_500, Tombstones.SETTLED.plusMinutes(1));
        purge(registry);

        assertThat(keys(RegistryLayout.TOMBSTONES)).isEmpty();
        assertThat(calls)
                .filteredOn(call -> call.key().contains("_berth/deletes/"))
                .extracting(Call::operation)
                .containsExactlyInAnyOrder(
                        Operation.LIST,
                        Operation.LIST,
                        Operation.LIST,
                        Operation.DELETE_ALL,
                        Operation.DELETE_ALL,
                        Operation.DELETE_ALL);
    }

    @Test
    void tombstonesOfTheLastHourStay() {
        StoredRegistry registry = open(OwnershipMode.AUTO);
        leaveTombstones(3, Tombstones.SETTLED.minusMinutes(1));
        leaveTombstones(2, Tombstones.SETTLED.plusMinutes(1));
        purge(registry);

        assertThat(keys(RegistryLayout.TOMBSTONES)).hasSize(3);
    }

    /** So one purge is never the work of a day; the next goes on with what is left. */
    @ParameterizedTest
    @ValueSource(ints = {1, 999, 1000, 1001})
    void aPurgeLooksAtSoManyTombstonesAndNoMore(int most) {
        leaveTombstones(2_100, Tombstones.SETTLED.plusMinutes(1));
        new Tombstones(store, NOW).purge(most);

        assertThat(keys(RegistryLayout.TOMBSTONES)).hasSize(2_100 - most);
    }

    @Test
    void aDryRunRemovesNothing() {
        StoredRegistry registry = open(OwnershipMode.AUTO);
        leaveTombstones(2, Duration.ofDays(8));
        String folder = foreignUpload("library/app", NOW.instant().minus(Duration.ofDays(8)));

        assertThat(registry.purgeUploads(NOW.instant().minus(WEEK), true)).isEqualTo(1);

        assertThat(keys(RegistryLayout.TOMBSTONES)).hasSize(2);
        assertThat(keys(folder)).hasSize(3);
    }
}
