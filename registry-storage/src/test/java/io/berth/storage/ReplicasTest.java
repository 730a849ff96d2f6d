package io.berth.storage;

import io.berth.object.ObjectStore;
import io.berth.object.memory.MemoryStore;

class ReplicasTest extends ReplicasContract {

    private final ObjectStore store = new MemoryStore(true);

    @Override
    protected ObjectStore open() {
        return store;
    }
}
