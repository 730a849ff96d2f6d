package io.berth.storage;

import io.berth.object.memory.MemoryStore;
import io.berth.registry.Registry;
import io.berth.registry.RegistryContract;
import java.time.Clock;
import java.time.Duration;

/** As over a network and among replicas: look-ups in parallel, and memberships are cached. */
class RemoteReplicasRegistryTest extends RegistryContract {

    private final Registry registry =
            new StoredRegistry(
                    new MemoryStore(true),
                    StoredRegistryOptions.defaults().amongReplicas(Duration.ofSeconds(10)),
                    Clock.systemUTC());

    @Override
    protected Registry registry() {
        return registry;
    }
}
