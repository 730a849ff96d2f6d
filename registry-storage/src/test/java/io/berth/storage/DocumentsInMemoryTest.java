package io.berth.storage;

import io.berth.object.ObjectStore;
import io.berth.object.memory.MemoryStore;

class DocumentsInMemoryTest extends SharedDocumentsContract {

    private final MemoryStore store = new MemoryStore();

    @Override
    protected ObjectStore open() {
        return store;
    }
}
