package io.berth.stored;

import io.berth.object.memory.MemoryStore;
import io.berth.registry.Registry;
import io.berth.registry.RegistryContract;
import java.time.Clock;
import java.time.Duration;

/** As over a network: look-ups in parallel, and what was seen is believed for a while. */
class FarRegistryTest extends RegistryContract {

    private final Registry registry =
            new StoredRegistry(
                    new MemoryStore(),
                    StoredRegistryOptions.defaults().far(Duration.ofSeconds(10)),
                    Clock.systemUTC());

    @Override
    protected Registry registry() {
        return registry;
    }
}
