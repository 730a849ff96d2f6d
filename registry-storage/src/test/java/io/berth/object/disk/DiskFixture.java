package io.berth.object.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ListRequest;
import io.berth.object.ObjectKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A disk store, what it asks of the system, and the folder as others see it. */
abstract class DiskFixture {

    static final ObjectKey TEMPORARY = ObjectKey.of("own/tmp");

    @TempDir Path root;
    RecordingCalls calls;
    DiskStore store;

    @BeforeEach
    void open() {
        calls = new RecordingCalls(root);
        store = new DiskStore(root, TEMPORARY, calls);
        calls.made();
    }

    static ObjectKey key(String value) {
        return ObjectKey.of(value);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    void put(String key, String content) {
        store.put(key(key), bytes(content), Condition.always(), Durability.HINT);
    }

    String read(String key) {
        return new String(store.read(key(key), 1 << 20), StandardCharsets.UTF_8);
    }

    List<String> keys() {
        return list("", null, false, 10_000);
    }

    List<String> list(String prefix, @Nullable String startAfter, boolean fold, int limit) {
        return store.list(new ListRequest(prefix, startAfter, fold, limit)).entries();
    }

    /** As another process does: without the store. */
    Path writeFile(String path, String content) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    void assertNoTemporaryFile() {
        assertThat(root.resolve(TEMPORARY.value())).isEmptyDirectory();
    }
}
