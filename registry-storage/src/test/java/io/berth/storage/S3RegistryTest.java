package io.berth.storage;

import io.berth.object.s3.S3Store;
import io.berth.object.s3.TestBucket;
import io.berth.registry.Registry;
import io.berth.registry.RegistryContract;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** On a bucket of the server in this JVM; what that does not prove is said there. */
class S3RegistryTest extends RegistryContract {

    @TempDir static Path spool;

    private S3Store store;
    private StoredRegistry registry;

    @BeforeEach
    void open() {
        store = TestBucket.local(spool).open(TestBucket.newRoot());
        registry =
                new StoredRegistry(
                        store,
                        StoredRegistryOptions.defaults().amongReplicas(Duration.ofSeconds(10)),
                        Clock.systemUTC());
    }

    @AfterEach
    void close() {
        registry.close();
        store.close();
    }

    @Override
    protected Registry registry() {
        return registry;
    }
}
