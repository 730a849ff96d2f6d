package io.berth.object.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ListRequest;
import io.berth.object.ObjectKey;
import io.berth.object.disk.file.SystemCalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A disk store, the calls that it makes, and its folder as other processes see it. */
public abstract class DiskFixture {

    protected static final ObjectKey TEMPORARY = ObjectKey.of("own/tmp");

    @TempDir protected Path root;
    protected RecordingCalls calls;
    protected DiskStore store;

    @BeforeEach
    void open() {
        calls = new RecordingCalls(root);
        store = new DiskStore(root, TEMPORARY, calls);
        calls.made();
    }

    /** A store on the same folder. */
    protected DiskStore store(SystemCalls calls) {
        return new DiskStore(root, TEMPORARY, calls);
    }

    /** A store on the same folder, with so many bytes for names of large folders. */
    protected DiskStore store(SystemCalls calls, long nameBytes) {
        return new DiskStore(root, TEMPORARY, nameBytes, calls);
    }

    protected static ObjectKey key(String value) {
        return ObjectKey.of(value);
    }

    protected static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    protected void put(String key, String content) {
        store.put(key(key), bytes(content), Condition.always(), Durability.HINT);
    }

    protected String read(String key) {
        return new String(store.read(key(key), 1 << 20), StandardCharsets.UTF_8);
    }

    protected List<String> keys() {
        return list("", null, false, 10_000);
    }

    protected List<String> list(
            String prefix, @Nullable String startAfter, boolean fold, int limit) {
        return store.list(new ListRequest(prefix, startAfter, fold, limit)).keys();
    }

    /** As another process does: without the store. */
    protected Path writeFile(String path, String content) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    protected void assertNoTemporaryFile() {
        assertThat(root.resolve(TEMPORARY.value())).isEmptyDirectory();
    }
}
