package io.berth.object.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class DiskStoreTest extends ObjectStoreContract {

    private static final ObjectKey TEMPORARY = ObjectKey.of("_own/tmp");

    @TempDir private Path root;
    private DiskStore store;

    @BeforeEach
    void open() {
        store = new DiskStore(root, TEMPORARY);
    }

    @AfterEach
    void noTemporaryFileIsLeft() {
        assertThat(root.resolve(TEMPORARY.value())).isEmptyDirectory();
    }

    @Override
    protected ObjectStore store() {
        return store;
    }

    @Override
    protected ObjectStore anotherInstance() {
        return new DiskStore(root, TEMPORARY);
    }
}
