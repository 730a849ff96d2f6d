package io.berth.object.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.ObjectStoreException.TooLong;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** That a small file is read seldom, and never given as it was before a change. */
class SmallFileCacheTest extends DiskFixture {

    private static final String LINK = "tags/v1/current/link";
    private static final String LOOK = "attributes of /" + LINK;

    private Path file;

    @BeforeEach
    void keep() throws IOException {
        file = writeFile(LINK, "sha256:1");
        settle(file);
        readTwice();
        calls.made();
    }

    private String link() {
        return new String(store.read(key(LINK), 100), StandardCharsets.UTF_8);
    }

    private void readTwice() {
        link();
        link();
    }

    private static void settle(Path file) throws IOException {
        setTime(file, Instant.now().minusSeconds(60));
    }

    private static void setTime(Path file, Instant time) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(time));
    }

    /** Puts other bytes into the file while it is the same to every stat. */
    private static void changeUnseen(Path file, String content) throws IOException {
        FileTime time = Files.getLastModifiedTime(file);
        Files.writeString(file, content);
        Files.setLastModifiedTime(file, time);
    }

    @Test
    void oneLookTellsThatItIsUnchanged() throws IOException {
        changeUnseen(file, "unseen:1"); // so that reading it again would show

        assertThat(link()).isEqualTo("sha256:1");
        assertThat(calls.made()).containsExactly(LOOK);
    }

    @Test
    void aFileThatIsReadOnceIsNotLookedAt() throws IOException {
        settle(writeFile("tags/v2/current/link", "sha256:2"));

        store.read(key("tags/v2/current/link"), 100);

        assertThat(calls.made()).isEmpty();
    }

    @Test
    void aReplacedFileIsSeenAtOnce() throws IOException {
        Path other = writeFile("other", "sha256:2");
        Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));

        Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);

        assertThat(link()).isEqualTo("sha256:2");
    }

    @Test
    void aFileWrittenInPlaceIsSeenAtOnce() throws IOException {
        Files.writeString(file, "sha256:2");

        assertThat(link()).isEqualTo("sha256:2");
    }

    @Test
    void aFileOfAnotherLengthIsSeenAtOnce() throws IOException {
        changeUnseen(file, "sha256:12");

        assertThat(link()).isEqualTo("sha256:12");
    }

    @Test
    void aPutIsSeenAtOnce() {
        put(LINK, "sha256:2");

        assertThat(link()).isEqualTo("sha256:2");
    }

    @Test
    void aDeletedFileIsGoneAtOnceAndComesBackAsItIs() throws IOException {
        Files.delete(file);
        assertThatThrownBy(() -> link()).isInstanceOf(NotFound.class);

        writeFile(LINK, "sha256:2");
        assertThat(link()).isEqualTo("sha256:2");

        Files.delete(file);
        Files.createDirectory(file);
        assertThatThrownBy(() -> link()).isInstanceOf(NotFound.class);
    }

    /**
     * Two writes in one tick of the clock look alike where the second got the first one's inode.
     */
    @Test
    void aFileThatHasJustChangedIsNotKept() throws IOException {
        for (Duration age : List.of(Duration.ZERO, Duration.ofMillis(1_500))) {
            setTime(file, Instant.now().minus(age));
            readTwice();

            changeUnseen(file, "unseen:" + age.toSeconds());

            assertThat(link()).isEqualTo("unseen:" + age.toSeconds());
        }
    }

    @Test
    void aFileFromTheFutureIsNotKept() throws IOException {
        setTime(file, Instant.now().plusSeconds(3600));
        readTwice();

        changeUnseen(file, "unseen:1");

        assertThat(link()).isEqualTo("unseen:1");
    }

    /** Otherwise the content of one file would be kept with the state of the other. */
    @Test
    void aFileThatIsReplacedWhileItIsReadIsNotKept() throws IOException {
        Path aside = root.resolve("aside");
        Path other = writeFile("other", "sha256:2");
        settle(other);
        RecordingCalls replacing =
                new RecordingCalls(root) {
                    private boolean replaced;

                    @Override
                    public BasicFileAttributes attributes(Path path) throws IOException {
                        BasicFileAttributes before = super.attributes(path);
                        if (path.equals(file) && !replaced) {
                            Files.move(file, aside);
                            Files.move(other, file);
                            replaced = true;
                        }
                        return before;
                    }
                };
        store = new DiskStore(root, TEMPORARY, replacing);
        link();
        assertThat(link()).isEqualTo("sha256:2");

        Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);

        assertThat(link()).isEqualTo("sha256:1");
    }

    @Test
    void whatTheCallerDoesToTheBytesChangesNothing() {
        store.read(key(LINK), 100)[0] = 'X';

        assertThat(link()).isEqualTo("sha256:1");
    }

    @Test
    void aKeptFileIsRefusedWhereItIsTooLong() {
        assertThatThrownBy(() -> store.read(key(LINK), 7)).isInstanceOf(TooLong.class);
        assertThat(store.read(key(LINK), 8)).hasSize(8);
    }

    /** Such as manifests, which others keep. */
    @Test
    void aReaderWhoTakesLargeFilesIsNotMadeToLook() {
        readTwice();
        calls.made();

        store.read(key(LINK), SmallFileCache.LARGEST + 1);

        assertThat(calls.made()).isEmpty();
    }

    /** Whose stat may tell what was. */
    @Test
    void nothingIsKeptOfANetworkFileSystem() throws IOException {
        RecordingCalls remote =
                new RecordingCalls(root) {
                    @Override
                    public String fileSystem(Path path) {
                        return "nfs4";
                    }
                };
        store = new DiskStore(root, TEMPORARY, remote);
        remote.made();
        readTwice();

        changeUnseen(file, "unseen:1");

        assertThat(link()).isEqualTo("unseen:1");
        assertThat(remote.made()).isEmpty();
    }

    @Test
    void nothingIsKeptWithoutMemory() throws IOException {
        store = new DiskStore(root, TEMPORARY, 1 << 20, 0);
        readTwice();

        changeUnseen(file, "unseen:1");

        assertThat(link()).isEqualTo("unseen:1");
    }

    @Test
    void theMemoryIsBounded() throws IOException {
        int bytes = 64 * 1024;
        SmallFileCache cache = new SmallFileCache(calls, bytes);
        byte[] content = new byte[SmallFileCache.LARGEST];
        long most = 0;
        for (int i = 0; i < 200; i++) {
            ObjectKey key = key("many/" + "x".repeat(100) + i);
            Path each = writeFile(key.value(), "");
            Files.write(each, content);
            settle(each);
            for (int j = 0; j < 3; j++) {
                assertThat(cache.read(key, each, content.length)).isEqualTo(content);
            }
            most = Math.max(most, cache.cachedBytes());
        }

        assertThat(most).isBetween(bytes / 2L, (long) bytes);
    }
}
