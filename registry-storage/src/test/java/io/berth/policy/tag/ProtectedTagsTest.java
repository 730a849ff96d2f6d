package io.berth.policy.tag;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.name.Digest;
import io.berth.name.Tag;
import io.berth.object.ObjectStore;
import io.berth.object.disk.DiskStore;
import io.berth.object.memory.MemoryStore;
import io.berth.object.s3.S3Store;
import io.berth.object.s3.TestBucket;
import io.berth.registry.Registry;
import io.berth.storage.StoredRegistry;
import io.berth.storage.StoredRegistryOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules for tags on each kind of store. */
class ProtectedTagsTest {

    private static StoredRegistry alone(ObjectStore store) {
        return new StoredRegistry(store, StoredRegistryOptions.defaults(), Clock.systemUTC());
    }

    private static StoredRegistry replica(ObjectStore store) {
        return new StoredRegistry(
                store,
                StoredRegistryOptions.defaults().amongReplicas(Duration.ofSeconds(10)),
                Clock.systemUTC());
    }

    @Nested
    class OnADisk extends ProtectedTagsContract {

        @TempDir Path root;

        private StoredRegistry registry;

        @BeforeEach
        void open() {
            registry = alone(new DiskStore(root, StoredRegistry.TEMPORARY));
        }

        @AfterEach
        void close() {
            registry.close();
        }

        @Override
        Registry stored() {
            return registry;
        }
    }

    @Nested
    class AmongReplicas extends ProtectedTagsContract {

        private final MemoryStore store = new MemoryStore(true);
        private final List<Registry> replicas =
                List.of(replica(store), replica(store), replica(store));

        @Override
        Registry stored() {
            return replicas.getFirst();
        }

        @Override
        List<Registry> replicas() {
            return replicas;
        }
    }

    @Nested
    class OnS3 extends ProtectedTagsContract {

        @TempDir static Path spool;

        private List<S3Store> stores;
        private List<StoredRegistry> replicas;

        @BeforeEach
        void open() {
            String root = TestBucket.newRoot();
            TestBucket bucket = TestBucket.local(spool);
            stores = List.of(bucket.open(root), bucket.open(root));
            replicas = stores.stream().map(ProtectedTagsTest::replica).toList();
        }

        @AfterEach
        void close() {
            replicas.forEach(StoredRegistry::close);
            stores.forEach(S3Store::close);
        }

        @Override
        Registry stored() {
            return replicas.getFirst();
        }

        @Override
        List<Registry> replicas() {
            return List.copyOf(replicas);
        }
    }

    /** A server that ignores conditions: one replica holds every rule, several do not. */
    @Nested
    class OnS3WithoutConditions extends ProtectedTagsContract {

        @TempDir static Path spool;

        private List<S3Store> stores;
        private List<StoredRegistry> replicas;
        private boolean several;

        @BeforeEach
        void open() {
            String root = TestBucket.newRoot();
            TestBucket bucket = TestBucket.local(spool);
            stores =
                    List.of(bucket.openWithoutConditions(root), bucket.openWithoutConditions(root));
            replicas = stores.stream().map(ProtectedTagsTest::replica).toList();
        }

        @AfterEach
        void close() {
            replicas.forEach(StoredRegistry::close);
            stores.forEach(S3Store::close);
        }

        @Override
        Registry stored() {
            return replicas.getFirst();
        }

        @Override
        List<Registry> replicas() {
            return several ? List.copyOf(replicas) : List.of(stored());
        }

        /**
         * Each replica excludes its own pushes from each other, so no more of them succeed than
         * there are replicas, and the tag is at one that succeeded.
         */
        @Test
        void ofSeveralReplicasEachMayHaveAWinner() throws Exception {
            several = true;
            Queue<Digest> winners = race(manifests(), "v1");

            assertThat(winners).hasSizeBetween(1, replicas.size());
            assertThat(winners).contains(stored().resolve(REPOSITORY, Tag.of("v1")));
        }
    }
}
