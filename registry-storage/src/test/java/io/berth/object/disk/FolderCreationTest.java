package io.berth.object.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.ObjectWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What it takes to make the folders of a new object, exactly: most of them are there. */
class FolderCreationTest extends DiskFixture {

    @BeforeEach
    void pushSomething() {
        put("blobs/aa/1/data", "1");
        put("tags/v1/index/sha256/1/link", "1");
        put("tags/v1/current/link", "1");
        calls.made();
    }

    private List<String> callsForFolders() {
        return calls.made().stream()
                .filter(call -> call.startsWith("make") || call.startsWith("look"))
                .toList();
    }

    @Test
    void theFolderOfNewContent() {
        put("blobs/aa/2/data", "2");

        assertThat(callsForFolders()).containsExactly("make /blobs/aa/2");
    }

    @Test
    void aFolderThatIsThere() {
        put("tags/v1/current/link", "2");

        assertThat(callsForFolders())
                .containsExactly("make /tags/v1/current", "look for /tags/v1/current");
    }

    @Test
    void theFoldersOfANewTag() {
        put("tags/v2/index/sha256/2/link", "2");
        assertThat(callsForFolders())
                .containsExactly(
                        "make /tags/v2/index/sha256/2",
                        "look for /tags/v2/index/sha256/2",
                        "make /tags/v2/index/sha256",
                        "look for /tags/v2/index/sha256",
                        "make /tags/v2/index",
                        "look for /tags/v2/index",
                        "make /tags/v2");
        assertThat(read("tags/v2/index/sha256/2/link")).isEqualTo("2");

        put("tags/v2/current/link", "2");
        assertThat(callsForFolders()).containsExactly("make /tags/v2/current");
    }

    @Test
    void noFolderOfATemporaryFile() {
        try (ObjectWriter writer = store.write(key("blobs/aa/2/data"))) {
            writer.write(bytes("2"), 0, 1);
            assertThat(callsForFolders()).isEmpty();
        }
    }

    @Test
    void anObjectAtTheTop() {
        put("top", "1");

        assertThat(callsForFolders()).containsExactly("look for /");
    }

    @Test
    void theReasonOfARefusalIsTold() {
        put("file", "1");

        assertThatThrownBy(() -> put("file/below/data", "1"))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("file is in the way, where a folder must be");
    }

    /** A folder counts as refused that another process makes; and goes again before it is used. */
    @Test
    void aFolderThatOthersMakeAndRemove() {
        RecordingCalls disturbed =
                new RecordingCalls(root) {
                    private int removed;

                    @Override
                    public boolean makeFolder(Path folder) {
                        super.makeFolder(folder);
                        return false;
                    }

                    @Override
                    public Path link(Path file, Path name) throws IOException {
                        if (name.endsWith("data") && removed++ < 3) {
                            Files.delete(above(name));
                        }
                        return super.link(file, name);
                    }
                };
        store = new DiskStore(root, TEMPORARY, disturbed);

        store.put(key("new/folder/data"), bytes("1"), Condition.ifAbsent(), Durability.HINT);

        assertThat(read("new/folder/data")).isEqualTo("1");
    }

    private static Path above(Path file) {
        return Objects.requireNonNull(file.getParent());
    }
}
