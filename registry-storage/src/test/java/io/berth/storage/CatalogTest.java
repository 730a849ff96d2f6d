package io.berth.storage;

import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.pushImage;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.RepositoryName;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.Eventually;
import io.berth.object.InterceptedStore;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.object.disk.DiskStore;
import io.berth.object.memory.MemoryStore;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.registry.PutOptions;
import io.berth.registry.Registry;
import io.berth.registry.tag.TagProtection;
import io.berth.storage.index.OwnershipMode;
import io.berth.storage.tree.PagedListing;
import io.berth.storage.tree.RegistryLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The catalog has every repository that holds a manifest, whatever came before. */
class CatalogTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final RepositoryName OTHER = RepositoryName.of("library/other");
    private static final RepositoryName LONGEST = RepositoryName.of("a".repeat(255));

    private final ObjectStore store = new MemoryStore();

    private static Registry open(ObjectStore store, OwnershipMode mode, boolean remote) {
        StoredRegistryOptions options = StoredRegistryOptions.defaults().with(mode);
        return new StoredRegistry(
                remote ? InterceptedStore.remote(store) : store,
                remote ? options.amongReplicas(Duration.ofSeconds(10)) : options,
                Clock.systemUTC());
    }

    private Registry open(OwnershipMode mode) {
        return open(store, mode, false);
    }

    private static List<RepositoryName> catalog(Registry registry) {
        return registry.repositories(PageRequest.first(1000), _ -> true).items();
    }

    /** Until the catalog answers from its entries, which a list makes it gather. */
    private void awaitCatalog(Registry registry) throws InterruptedException {
        Eventually.await(
                "the catalog is gathered",
                () -> {
                    catalog(registry);
                    try {
                        store.head(RegistryLayout.catalogClaim());
                        return true;
                    } catch (ObjectStoreException.NotFound e) {
                        return false;
                    }
                });
    }

    @Test
    void aRepositoryThatWasEmptyWhenTheCatalogWasGatheredComesBack() throws Exception {
        Registry shared = open(OwnershipMode.SHARED);
        Manifest manifest = pushImage(shared, REPOSITORY, "one", "v1");
        pushImage(shared, OTHER, "one", "v1");
        StoredRegistry registry = (StoredRegistry) open(OwnershipMode.EXCLUSIVE);
        registry.index(REPOSITORY);
        registry.deleteManifest(REPOSITORY, manifest.digest(), TagProtection.none());
        awaitCatalog(registry);
        assertThat(catalog(registry)).containsExactly(OTHER);

        pushImage(registry, REPOSITORY, "two", "v2");

        assertThat(catalog(registry)).containsExactly(REPOSITORY, OTHER);
        assertThat(catalog(open(OwnershipMode.AUTO))).containsExactly(REPOSITORY, OTHER);
    }

    @Test
    void anOlderRepositoryThatIsEmptiedWhileItIsPushedToComesBack() throws Exception {
        Registry shared = open(OwnershipMode.SHARED);
        Manifest old = pushImage(shared, REPOSITORY, "one", "v1");
        image("two").pushBlobs(shared, REPOSITORY);
        Registry other = open(OwnershipMode.EXCLUSIVE);
        boolean[] met = {false};
        ObjectStore tapped =
                new InterceptedStore(
                        store,
                        new InterceptedStore.Interceptor() {
                            @Override
                            public void before(InterceptedStore.Call call) {
                                boolean content =
                                        call.operation() == InterceptedStore.Operation.PUT
                                                && call.key().contains("/blobs/");
                                if (content && !met[0]) {
                                    met[0] = true;
                                    other.deleteManifest(
                                            REPOSITORY, old.digest(), TagProtection.none());
                                    awaited(() -> awaitCatalog(other));
                                }
                            }

                            @Override
                            public void after(InterceptedStore.Call call) {}
                        });

        open(tapped, OwnershipMode.AUTO, true)
                .putManifest(REPOSITORY, image("two").build(), tags("v2"), PutOptions.defaults());

        assertThat(met[0]).isTrue();
        assertThat(catalog(open(OwnershipMode.AUTO))).containsExactly(REPOSITORY);
    }

    @Test
    void gatheringThatAStopCutsShortIsDoneByTheNextRegistry() throws Exception {
        Registry shared = open(OwnershipMode.SHARED);
        pushImage(shared, REPOSITORY, "one", "v1");
        pushImage(shared, OTHER, "one", "v1");
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        ObjectStore held =
                new InterceptedStore(
                        store,
                        new InterceptedStore.Interceptor() {
                            @Override
                            public void before(InterceptedStore.Call call) {
                                if (call.operation() == InterceptedStore.Operation.PUT
                                        && call.key().startsWith(RegistryLayout.CATALOG)) {
                                    begun.countDown();
                                    awaited(goOn::await);
                                }
                            }

                            @Override
                            public void after(InterceptedStore.Call call) {}
                        });
        StoredRegistry stopping = (StoredRegistry) open(held, OwnershipMode.EXCLUSIVE, false);
        assertThat(catalog(stopping)).containsExactly(REPOSITORY, OTHER);
        begun.await();

        assertThat(stopping.close(Duration.ofMillis(10))).isFalse();
        goOn.countDown();
        assertThat(stopping.close(Duration.ofSeconds(30))).isTrue();

        ObjectKey complete = RegistryLayout.catalogClaim();
        assertThatThrownBy(() -> store.head(complete))
                .isInstanceOf(ObjectStoreException.NotFound.class);
        Registry next = open(OwnershipMode.AUTO);
        awaitCatalog(next);
        assertThat(catalog(next)).containsExactly(REPOSITORY, OTHER);
    }

    private interface Waiting {
        void run() throws InterruptedException;
    }

    private static void awaited(Waiting waiting) {
        try {
            waiting.run();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Any order of pushes, deletes, crashes, changes of ownership, and removed indexes. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void isCompleteAfterAnyOrderOfThings(long seed) {
        Random random = new Random(seed);
        boolean remote = seed % 2 == 0;
        int[] budget = {Integer.MAX_VALUE};
        ObjectStore dying = dyingAfter(budget);
        Registry registry = open(dying, OwnershipMode.SHARED, remote);
        List<RepositoryName> names = List.of(REPOSITORY, OTHER, LONGEST);
        Map<RepositoryName, Manifest> there = new HashMap<>();
        for (int step = 0; step < 120; step++) {
            RepositoryName name = names.get(random.nextInt(names.size()));
            budget[0] = random.nextInt(4) == 0 ? random.nextInt(12) : Integer.MAX_VALUE;
            try {
                switch (random.nextInt(6)) {
                    case 0, 1 -> there.put(name, pushImage(registry, name, "i" + step, "v"));
                    case 2 -> {
                        Manifest manifest = there.remove(name);
                        if (manifest != null) {
                            registry.deleteManifest(name, manifest.digest(), TagProtection.none());
                        }
                    }
                    case 3 -> registry = open(dying, mode(random), remote);
                    case 4 -> ((StoredRegistry) registry).index(name);
                    default -> removeDerived(random, name);
                }
            } catch (RegistryException e) {
                budget[0] = Integer.MAX_VALUE;
                registry = open(dying, OwnershipMode.AUTO, remote);
                there.keySet().removeIf(gone -> !isThere(gone, there.get(gone)));
            }
            budget[0] = Integer.MAX_VALUE;
            assertThat(catalog(registry))
                    .as("seed %s step %s", seed, step)
                    .containsAll(new TreeSet<>(there.keySet()));
        }
    }

    private boolean isThere(RepositoryName name, @Nullable Manifest manifest) {
        try {
            return manifest != null
                    && open(OwnershipMode.AUTO).manifest(name, manifest.digest()) != null;
        } catch (RegistryException e) {
            return false;
        }
    }

    private static OwnershipMode mode(Random random) {
        OwnershipMode[] modes = OwnershipMode.values();
        return modes[random.nextInt(modes.length)];
    }

    private void removeDerived(Random random, RepositoryName name) {
        String folder = "docker/registry/v2/repositories/" + name + "/_berth/";
        if (random.nextBoolean()) {
            new PagedListing(store, folder)
                    .forEach(key -> store.forget(List.of(ObjectKey.of(key))));
        }
    }

    private ObjectStore dyingAfter(int[] budget) {
        return new InterceptedStore(
                store,
                new InterceptedStore.Interceptor() {
                    @Override
                    public void before(InterceptedStore.Call call) {
                        if (call.operation().isChange()) {
                            synchronized (budget) {
                                if (budget[0]-- <= 0) {
                                    throw new ObjectStoreException.Unavailable("", "dead", null);
                                }
                            }
                        }
                    }

                    @Override
                    public void after(InterceptedStore.Call call) {}
                });
    }

    @Test
    void theLongestNamesComeInTheirOrder() {
        Registry registry = open(OwnershipMode.AUTO);
        List<RepositoryName> names = new ArrayList<>();
        for (String name :
                List.of(
                        "a".repeat(254),
                        "a".repeat(255),
                        "a".repeat(254) + "b",
                        "a".repeat(253) + "/b",
                        "a".repeat(253),
                        "a".repeat(127) + "/" + "a".repeat(127),
                        "a".repeat(253) + "-b",
                        "a",
                        "b")) {
            names.add(RepositoryName.of(name));
            pushImage(registry, names.getLast(), "same", "v1");
        }
        names.sort(null);

        assertThat(catalog(registry)).isEqualTo(names);
        List<RepositoryName> paged = new ArrayList<>();
        Page<RepositoryName> page = registry.repositories(PageRequest.first(1), _ -> true);
        paged.addAll(page.items());
        while (page.more()) {
            page = registry.repositories(new PageRequest(paged.getLast().value(), 1), _ -> true);
            paged.addAll(page.items());
            assertThat(paged).doesNotHaveDuplicates();
        }
        assertThat(paged).isEqualTo(names);
    }

    /** Where hardly anything is visible, a request costs the page and says where to go on. */
    @ParameterizedTest
    @EnumSource(
            value = OwnershipMode.class,
            names = {"AUTO", "SHARED"})
    void oneRequestPassesOverAThousandHiddenNames(OwnershipMode mode) {
        AtomicInteger lists = new AtomicInteger();
        ObjectStore counted =
                new InterceptedStore(
                        store,
                        new InterceptedStore.Interceptor() {
                            @Override
                            public void before(InterceptedStore.Call call) {
                                if (call.operation() == InterceptedStore.Operation.LIST) {
                                    lists.incrementAndGet();
                                }
                            }
                        });
        Registry registry = open(counted, mode, true);
        pushImage(registry, RepositoryName.of("visible/last"), "one", "v1");
        for (int i = 0; i < 2500; i++) {
            putRepository(String.format(Locale.ROOT, "hidden%04d", i));
        }
        List<RepositoryName> looked = new ArrayList<>();
        Predicate<RepositoryName> visible =
                name -> {
                    looked.add(name);
                    return name.value().startsWith("visible");
                };

        lists.set(0);
        Page<RepositoryName> first = registry.repositories(PageRequest.first(1), visible);

        assertThat(first).isEqualTo(new Page<RepositoryName>(List.of(), true, "hidden0999"));
        assertThat(looked).hasSize(1000);
        if (mode == OwnershipMode.AUTO) {
            assertThat(lists).hasValueLessThan(11);
        }
        Page<RepositoryName> second =
                registry.repositories(new PageRequest(first.next(), 1), visible);
        assertThat(second).isEqualTo(new Page<RepositoryName>(List.of(), true, "hidden1999"));
        Page<RepositoryName> third =
                registry.repositories(new PageRequest(second.next(), 1), visible);
        assertThat(third.items()).containsExactly(RepositoryName.of("visible/last"));
        assertThat(third.more()).isFalse();
    }

    private void putRepository(String name) {
        RepositoryName repository = RepositoryName.of(name);
        for (ObjectKey key :
                List.of(
                        RegistryLayout.catalogEntry(repository),
                        ObjectKey.of(RegistryLayout.manifests(repository) + "tags/v/x"))) {
            store.put(key, new byte[0], Condition.always(), Durability.HINT);
        }
    }

    @Test
    void whatIsNoEntryIsPassedOver() {
        Registry registry = open(store, OwnershipMode.AUTO, true);
        pushImage(registry, REPOSITORY, "one", "v1");
        for (String stray : List.of("stray", "UPPER+", "+", "x/+", "library/app", "a..b+")) {
            store.put(
                    ObjectKey.of(RegistryLayout.CATALOG + stray),
                    new byte[0],
                    Condition.always(),
                    Durability.HINT);
        }

        assertThat(catalog(registry)).containsExactly(REPOSITORY);
    }

    private void remove(String prefix) {
        new PagedListing(store, prefix)
                .forEach(key -> store.delete(ObjectKey.of(key), Condition.always()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void entriesThatAreRemovedAreNotMissed(boolean remote) throws Exception {
        Registry running = open(store, OwnershipMode.AUTO, remote);
        pushImage(running, REPOSITORY, "one", "v1");
        pushImage(running, OTHER, "one", "v1");
        assertThat(catalog(running)).containsExactly(REPOSITORY, OTHER);
        remove(RegistryLayout.CATALOG);

        assertThat(running.repositories(new PageRequest(REPOSITORY.value(), 9), _ -> true).items())
                .containsExactly(OTHER);
        assertThat(catalog(running)).containsExactly(REPOSITORY, OTHER);
        awaitCatalog(running);
        assertThat(catalog(running)).containsExactly(REPOSITORY, OTHER);
        remove(RegistryLayout.CATALOG);
        assertThat(catalog(open(store, OwnershipMode.AUTO, remote)))
                .containsExactly(REPOSITORY, OTHER);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anEntryThatIsRemovedComesBackWithAPushAndWithTheMaintenance(boolean remote) {
        Registry registry = open(store, OwnershipMode.AUTO, remote);
        pushImage(registry, REPOSITORY, "one", "v1");
        pushImage(registry, OTHER, "one", "v1");

        store.delete(RegistryLayout.catalogEntry(REPOSITORY), Condition.always());
        registry = open(store, OwnershipMode.AUTO, remote);
        pushImage(registry, REPOSITORY, "one", "v1");
        assertThat(catalog(registry)).containsExactly(REPOSITORY, OTHER);

        store.delete(RegistryLayout.catalogEntry(OTHER), Condition.always());
        assertThat(((StoredRegistry) registry).purgeUploads(Instant.EPOCH, false)).isZero();
        assertThat(catalog(registry)).containsExactly(REPOSITORY, OTHER);
    }

    @Test
    void theClaimOfAnEarlierReleaseIsNone() throws Exception {
        Registry registry = open(OwnershipMode.AUTO);
        pushImage(registry, REPOSITORY, "one", "v1");
        remove(RegistryLayout.CATALOG);
        store.put(
                ObjectKey.of("docker/registry/v2/_berth/catalog"),
                store.read(RegistryLayout.owner(), 1024),
                Condition.always(),
                Durability.WHOLE);

        Registry again = open(OwnershipMode.AUTO);
        assertThat(catalog(again)).containsExactly(REPOSITORY);
        awaitCatalog(again);
        assertThat(catalog(again)).containsExactly(REPOSITORY);
    }

    @Test
    void aFileInPlaceOfTheEntriesHidesNothing(@TempDir Path root) throws Exception {
        Registry registry = onDisk(root);
        pushImage(registry, REPOSITORY, "one", "v1");
        Path entries = root.resolve(RegistryLayout.CATALOG);
        try (Stream<Path> files = Files.walk(entries)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
        Files.createFile(entries);

        assertThat(catalog(registry)).containsExactly(REPOSITORY);
        pushImage(registry, OTHER, "one", "v1");
        Eventually.await(
                "the catalog is gathered",
                () ->
                        catalog(registry).equals(List.of(REPOSITORY, OTHER))
                                && Files.exists(entries.resolve("+complete")));
        assertThat(catalog(onDisk(root))).containsExactly(REPOSITORY, OTHER);
    }

    private static Registry onDisk(Path root) {
        return open(new DiskStore(root, StoredRegistry.TEMPORARY), OwnershipMode.AUTO, false);
    }
}
