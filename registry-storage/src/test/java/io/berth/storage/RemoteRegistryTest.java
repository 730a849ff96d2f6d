package io.berth.storage;

import io.berth.object.memory.MemoryStore;
import io.berth.registry.Registry;
import io.berth.registry.RegistryContract;
import java.time.Clock;

/** One process alone on a store across a network. */
class RemoteRegistryTest extends RegistryContract {

    private final Registry registry =
            new StoredRegistry(
                    new MemoryStore(true), StoredRegistryOptions.defaults(), Clock.systemUTC());

    @Override
    protected Registry registry() {
        return registry;
    }
}
