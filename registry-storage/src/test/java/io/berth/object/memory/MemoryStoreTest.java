package io.berth.object.memory;

import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreContract;

class MemoryStoreTest extends ObjectStoreContract {

    private final MemoryStore store = new MemoryStore();

    @Override
    protected ObjectStore store() {
        return store;
    }
}
