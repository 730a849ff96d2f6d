package io.berth.storage;

import io.berth.object.memory.MemoryStore;
import io.berth.registry.Registry;
import io.berth.registry.RegistryContract;
import io.berth.storage.index.OwnershipMode;
import java.time.Clock;

/** The same without indexes: every answer comes from the tree itself. */
class SharedTreeRegistryTest extends RegistryContract {

    private final Registry registry =
            new StoredRegistry(
                    new MemoryStore(),
                    StoredRegistryOptions.defaults().with(OwnershipMode.SHARED),
                    Clock.systemUTC());

    @Override
    protected Registry registry() {
        return registry;
    }
}
