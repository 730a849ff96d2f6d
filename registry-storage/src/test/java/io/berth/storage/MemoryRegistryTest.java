package io.berth.storage;

import io.berth.object.memory.MemoryStore;
import io.berth.registry.Registry;
import io.berth.registry.RegistryContract;
import java.time.Clock;

class MemoryRegistryTest extends RegistryContract {

    private final Registry registry =
            new StoredRegistry(
                    new MemoryStore(), StoredRegistryOptions.defaults(), Clock.systemUTC());

    @Override
    protected Registry registry() {
        return registry;
    }
}
