package io.berth.storage;

import io.berth.object.disk.DiskStore;
import io.berth.registry.Registry;
import io.berth.registry.RegistryContract;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class DiskRegistryTest extends RegistryContract {

    @TempDir Path root;

    private StoredRegistry registry;

    @BeforeEach
    void open() {
        registry =
                new StoredRegistry(
                        new DiskStore(root, StoredRegistry.TEMPORARY),
                        StoredRegistryOptions.defaults(),
                        Clock.systemUTC());
    }

    @AfterEach
    void close() {
        registry.close();
    }

    @Override
    protected Registry registry() {
        return registry;
    }
}
