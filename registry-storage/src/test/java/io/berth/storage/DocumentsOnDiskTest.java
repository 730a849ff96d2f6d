package io.berth.storage;

import io.berth.object.ObjectStore;
import io.berth.object.disk.DiskStore;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** One process alone has a folder, so there is one store. */
class DocumentsOnDiskTest extends SharedDocumentsContract {

    @TempDir Path root;

    private DiskStore store;

    @BeforeEach
    void openFolder() {
        store = new DiskStore(root, StoredRegistry.TEMPORARY);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Override
    protected ObjectStore open() {
        return store;
    }
}
