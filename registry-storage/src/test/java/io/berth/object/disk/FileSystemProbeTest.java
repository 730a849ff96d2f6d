package io.berth.object.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.object.ObjectKey;
import io.berth.object.disk.file.SystemCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** File systems that cannot do what is needed, or not in the way that is expected. */
class FileSystemProbeTest {

    private static final ObjectKey TEMPORARY = ObjectKey.of("own/tmp");

    @TempDir Path root;

    private DiskStore open(SystemCalls calls) {
        return new DiskStore(root, TEMPORARY, calls);
    }

    @Test
    void thisOneCanDoIt() {
        assertThat(open(new SystemCalls()).distinguishesCase()).isTrue();
        assertThat(root.resolve("own/tmp")).isEmptyDirectory();
    }

    @Test
    void oneThatIgnoresCaseIsKnown() {
        assertThat(CaseInsensitive.store(root).distinguishesCase()).isFalse();
        assertThat(root.resolve("own/tmp")).isEmptyDirectory();
    }

    @Test
    void oneWithoutSyncsOfFoldersIsRefused() {
        SystemCalls without =
                new SystemCalls() {
                    @Override
                    public void syncFolder(Path folder) throws IOException {
                        throw new IOException("Invalid argument");
                    }
                };

        assertThatThrownBy(() -> open(without))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("cannot keep data in " + root)
                .hasMessageContaining("does not make names durable");
    }

    @Test
    void oneThatCannotReplaceAtOnceIsRefused() {
        SystemCalls without =
                new SystemCalls() {
                    @Override
                    public void replace(Path file, Path other) throws IOException {
                        throw new AtomicMoveNotSupportedException("a", "b", "not here");
                    }
                };

        assertThatThrownBy(() -> open(without))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("cannot replace a file atomically");
        assertThat(root.resolve("own/tmp")).isEmptyDirectory();
    }

    @Test
    void aFolderThatIsAFileIsRefused() throws Exception {
        Path file = Files.createFile(root.resolve("file"));

        assertThatThrownBy(() -> new DiskStore(file, TEMPORARY))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("cannot keep data in " + file);
    }
}
