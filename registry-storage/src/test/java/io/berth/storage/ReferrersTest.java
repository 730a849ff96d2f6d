package io.berth.storage;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.sha256;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.manifest.Manifest;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.object.InterceptedStore;
import io.berth.object.ObjectStore;
import io.berth.object.memory.MemoryStore;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.registry.PutOptions;
import io.berth.registry.Registry;
import io.berth.storage.index.OwnershipMode;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A page of referrers costs the page, however many there are. */
class ReferrersTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final Digest SUBJECT = sha256(bytes("subject"));
    private static final int LOOKED_AHEAD = 16;

    private final ObjectStore store = new MemoryStore();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicLong listed = new AtomicLong();

    private Registry open(OwnershipMode mode, boolean remote) {
        StoredRegistryOptions options = StoredRegistryOptions.defaults().with(mode);
        ObjectStore counted =
                new InterceptedStore(
                        store,
                        new InterceptedStore.Interceptor() {
                            @Override
                            public void before(InterceptedStore.Call call) {
                                requests.incrementAndGet();
                                if (call.operation() == InterceptedStore.Operation.LIST) {
                                    listed.incrementAndGet();
                                }
                            }

                            @Override
                            public void after(InterceptedStore.Call call) {}
                        });
        return new StoredRegistry(
                remote ? InterceptedStore.remote(counted) : counted,
                remote ? options.amongReplicas(Duration.ofSeconds(10)) : options,
                Clock.systemUTC());
    }

    /** Those of the second type are few. */
    private List<Digest> pushed(Registry registry, int count, int few) {
        TreeSet<Digest> digests = new TreeSet<>();
        image("about").pushBlobs(registry, REPOSITORY);
        for (int i = 0; i < count + few; i++) {
            Manifest manifest =
                    image("about")
                            .artifactType(i < count ? "text/many" : "text/few")
                            .annotation("number", "" + i)
                            .subject(SUBJECT)
                            .build();
            registry.putManifest(REPOSITORY, manifest, List.of(), PutOptions.defaults());
            digests.add(manifest.digest());
        }
        return List.copyOf(digests);
    }

    private static List<Digest> digests(Page<Descriptor> page) {
        return page.items().stream().map(Descriptor::digest).toList();
    }

    @ParameterizedTest
    @CsvSource({"EXCLUSIVE, false", "EXCLUSIVE, true", "SHARED, false", "SHARED, true"})
    void pagesOfAnySizeGiveThemAllInOrder(OwnershipMode mode, boolean remote) {
        List<Digest> expected = pushed(open(mode, remote), 150, 0);
        Registry registry = open(mode, remote);
        for (int limit : new int[] {1, 7, 149, 150, 1000}) {
            List<Digest> found = new ArrayList<>();
            @Nullable String after = null;
            Page<Descriptor> page;
            do {
                page = registry.referrers(REPOSITORY, SUBJECT, null, new PageRequest(after, limit));
                found.addAll(digests(page));
                assertThat(found).doesNotHaveDuplicates();
                after = found.getLast().toString();
            } while (page.more());
            assertThat(found).isEqualTo(expected);
        }
        assertThat(
                        registry.referrers(
                                        REPOSITORY, SUBJECT, null, new PageRequest("nonsense", 0))
                                .items())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void aPageLooksAtWhatItShows(boolean remote) {
        List<Digest> expected = pushed(open(OwnershipMode.AUTO, remote), 4_500, 0);
        Registry registry = open(OwnershipMode.AUTO, remote);
        requests.set(0);
        listed.set(0);

        Page<Descriptor> page =
                registry.referrers(
                        REPOSITORY,
                        SUBJECT,
                        null,
                        new PageRequest(expected.get(1_999).toString(), 10));

        assertThat(digests(page)).isEqualTo(expected.subList(2_000, 2_010));
        assertThat(page.more()).isTrue();
        assertThat(listed).hasValueLessThanOrEqualTo(3);
        assertThat(requests).hasValueLessThanOrEqualTo(1 + 3 + 2 * (11 + LOOKED_AHEAD));
    }

    @Test
    void aFilterThatFindsLittleIsToldToGoOn() {
        List<Digest> all = pushed(open(OwnershipMode.AUTO, false), 2_300, 3);
        Registry registry = open(OwnershipMode.AUTO, false);
        List<Digest> found = new ArrayList<>();
        @Nullable String after = null;
        int pages = 0;
        Page<Descriptor> page;
        do {
            requests.set(0);
            page =
                    registry.referrers(
                            REPOSITORY, SUBJECT, "text/few", new PageRequest(after, 1000));
            assertThat(requests).hasValueLessThanOrEqualTo(10 + 2 * (1000 + LOOKED_AHEAD));
            found.addAll(digests(page));
            after = page.next();
            pages++;
            assertThat(pages).isLessThanOrEqualTo(3);
        } while (page.more());

        assertThat(pages).isEqualTo(3);
        assertThat(found).hasSize(3).isSorted();
        assertThat(all).containsAll(found);
    }

    @Test
    void aFilterThatFindsMuchFillsItsPages() {
        List<Digest> all = pushed(open(OwnershipMode.AUTO, false), 300, 5);
        Page<Descriptor> page =
                open(OwnershipMode.AUTO, false)
                        .referrers(REPOSITORY, SUBJECT, "text/many", PageRequest.first(100));

        assertThat(digests(page)).hasSize(100).isSorted();
        assertThat(all).containsAll(digests(page));
        assertThat(page.next()).isNull();
        assertThat(page.more()).isTrue();
    }

    /** Those characters that take most in JSON, in the keys as well as in the values. */
    @ParameterizedTest
    @CsvSource({"true, 1", "false, 1", "true, 34", "false, 233"})
    void aPageIsNoLongerThanItsJsonMayBe(boolean inKey, int character) {
        Registry registry = open(OwnershipMode.AUTO, false);
        image("about").pushBlobs(registry, REPOSITORY);
        String escaped = character == 233 ? "\u00e9" : "\\u%04x".formatted(character);
        String text = escaped.repeat(40_000);
        for (int i = 0; i < 40; i++) {
            Manifest manifest =
                    image("about")
                            .annotation(inKey ? text : "key", inKey ? "value" : text)
                            .annotation("number", "" + i)
                            .subject(SUBJECT)
                            .build();
            registry.putManifest(REPOSITORY, manifest, List.of(), PutOptions.defaults());
        }
        long each = 40_000L * (character == 1 ? 6 : 2);

        Page<Descriptor> page =
                registry.referrers(REPOSITORY, SUBJECT, null, PageRequest.first(1000));

        assertThat(page.more()).isTrue();
        assertThat(page.items().size() * each).isLessThanOrEqualTo(1024 * 1024);
        assertThat(page.items()).hasSizeGreaterThan(1);
    }
}
