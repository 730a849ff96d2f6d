package io.berth.storage.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.Durability;
import io.berth.object.memory.MemoryStore;
import io.berth.registry.PageRequest;
import io.berth.registry.Upload;
import io.berth.storage.StoredRegistry;
import io.berth.storage.StoredRegistryOptions;
import io.berth.storage.TagLookupSettings;
import io.berth.storage.blob.BlobLocationCache;
import io.berth.storage.tag.Tags;
import io.berth.storage.tree.LinkFiles;
import io.berth.storage.tree.RegistryLayout;
import java.lang.ref.Reference;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * What clients make caches hold, measured with the longest names that they can choose, where many
 * more come than there is room for.
 */
class CachesTest {

    private static final Duration LONG = Duration.ofHours(1);
    private static final long MEBIBYTE = 1 << 20;
    private static final long BYTES = 8 * MEBIBYTE;
    private static final int MANY = 60_000;

    private static RepositoryName longName(int i) {
        String number = "%07d/".formatted(i);
        return RepositoryName.of(number + "r".repeat(RepositoryName.MAX_LENGTH - number.length()));
    }

    private static Digest digest(int i, int length) {
        return Digest.of("sha" + 4 * length + ":" + ("%0" + length + "x").formatted(i));
    }

    /**
     * @param full makes what holds caches, and puts many times as much into them as they take
     * @return bytes of the heap that are free again without it
     */
    private static long taken(Supplier<?> full) {
        Object[] held = {full.get()};
        used(); // what other tests have left is gone
        long with = used();
        Reference.reachabilityFence(held[0]);
        held[0] = "";
        return with - used();
    }

    private static void isFullWithin(long bytes, long taken) {
        assertThat(taken).isBetween(bytes / 4, bytes * 6 / 5);
    }

    @Test
    void whatRepositoriesHold() {
        isFullWithin(
                BYTES,
                taken(
                        () -> {
                            MembershipCache<Digest> memberships =
                                    new MembershipCache<>(LONG, BYTES, Caches::weight);
                            for (int i = 0; i < MANY; i++) {
                                memberships.put(longName(i), digest(i, 128), digest(i, 128), 0);
                            }
                            return memberships;
                        }));
    }

    @Test
    void whereBlobsWereSeen() {
        isFullWithin(
                BYTES,
                taken(
                        () -> {
                            BlobLocationCache locations = new BlobLocationCache(BYTES);
                            for (int i = 0; i < MANY; i++) {
                                locations.add(longName(i), digest(i / 4, 64));
                            }
                            return locations;
                        }));
    }

    @Test
    void tagsThatAreThere() {
        MemoryStore store = new MemoryStore();
        LinkFiles links = new LinkFiles(store);
        RepositoryName repository = longName(0);
        for (int i = 0; i < MANY; i++) {
            Tag tag = Tag.of("%07d-".formatted(i) + "t".repeat(120));
            links.write(
                    RegistryLayout.tagCurrent(repository, tag), digest(0, 64), Durability.WHOLE);
        }
        long taken =
                taken(
                        () -> {
                            Tags tags = new Tags(store, links, LONG, 2 * BYTES);
                            assertThat(tags.list(repository, PageRequest.first(MANY)).items())
                                    .hasSize(MANY);
                            return tags;
                        });
        isFullWithin(Caches.parts(4, 2 * BYTES), taken);
    }

    /** Each of them costs a client one small request. */
    @Test
    void uploadsThatWereOpenedAndCancelled() {
        MemoryStore store = new MemoryStore();
        StoredRegistryOptions defaults = StoredRegistryOptions.defaults();
        StoredRegistryOptions options =
                new StoredRegistryOptions(
                        defaults.ownership(),
                        new TagLookupSettings(1),
                        MEBIBYTE,
                        MEBIBYTE,
                        MEBIBYTE,
                        2 * BYTES,
                        defaults.replicas(),
                        defaults.membershipTrust(),
                        null);
        StoredRegistry registry = new StoredRegistry(store, options, Clock.systemUTC());
        long before = used();
        for (int i = 0; i < MANY; i++) {
            try (Upload upload = registry.startUpload(longName(i))) {
                if (i % 2 == 0) {
                    upload.cancel();
                }
            }
        }
        long taken = used() - before;
        Reference.reachabilityFence(registry);
        isFullWithin(Caches.parts(3, 2 * BYTES), taken);
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
