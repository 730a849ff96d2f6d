package io.berth.storage;

import io.berth.object.memory.MemoryStore;
import io.berth.registry.Registry;
import io.berth.registry.RegistryContract;
import java.time.Clock;
import java.time.Duration;

/** Several processes on a store whose requests take no round trip. */
class LocalReplicasRegistryTest extends RegistryContract {

    private final Registry registry =
            new StoredRegistry(
                    new MemoryStore(),
                    StoredRegistryOptions.defaults().amongReplicas(Duration.ofSeconds(10)),
                    Clock.systemUTC());

    @Override
    protected Registry registry() {
        return registry;
    }
}
