package io.berth.object.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.name.ByteRange;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ListRequest;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.ObjectStoreException.PreconditionFailed;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.ObjectWriter;
import io.berth.object.StagedObject;
import io.berth.object.disk.folder.FolderNameCache;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The folder as others see it and as others leave it. */
class DiskFilesTest extends DiskFixture {

    private static final String FOREIGN = ".0190f5a2-7c3e-7d11-8a4b-0123456789ab.tmp";

    private static Path resetTime(Path file, Duration age) throws IOException {
        return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
    }

    @Test
    void anObjectIsTheFileThatItsKeyNames() throws IOException {
        put("blobs/a/data", "content");

        assertThat(root.resolve("blobs/a/data")).hasContent("content");
        assertThat(store.localFiles().orElseThrow().path(key("blobs/a/data")))
                .isEqualTo(root.resolve("blobs/a/data"));
    }

    @Test
    void stagedBytesAreTheFileThatTheirKeyNames() {
        StagedObject staged = store.stage(key("repo/_uploads/1/data"));
        staged.append(bytes("content"), 0, 7);

        assertThat(root.resolve("repo/_uploads/1/data")).hasContent("content");
        assertThatThrownBy(() -> store.stage(key("repo/_uploads/1/data")))
                .isInstanceOf(PreconditionFailed.class);
        staged.discard();
        assertThat(root.resolve("repo")).doesNotExist();
    }

    @Test
    void stagedBytesOfAnotherRegistryAreTakenUp() throws IOException {
        writeFile("repo/_uploads/1/data", "one");
        try (StagedObject staged = store.resume(key("repo/_uploads/1/data"), null)) {
            staged.append(bytes("two"), 0, 3);
            staged.publish(key("blobs/a/data"), Durability.HINT, null);
        }

        assertThat(root.resolve("blobs/a/data")).hasContent("onetwo");
        assertThat(root.resolve("repo")).doesNotExist();
    }

    @Test
    void foldersGoWithTheirLastFile() throws IOException {
        put("a/b/c/one", "1");
        put("a/b/d/two", "2");
        Files.createDirectories(root.resolve("a/empty"));

        store.delete(key("a/b/c/one"), Condition.always());
        assertThat(root.resolve("a/b")).isDirectoryNotContaining("glob:**/c");

        store.deleteAll(List.of(key("a/b/d/two")));
        assertThat(root.resolve("a/b")).doesNotExist();
        assertThat(root.resolve("a/empty")).isEmptyDirectory();
        assertThat(root.resolve(TEMPORARY.value())).isEmptyDirectory();
    }

    @Test
    void neitherTheRootNorTheTemporaryFolderIsEverRemoved() {
        put("one", "1");
        put("own/two", "2");

        store.deleteAll(List.of(key("one"), key("own/two")));

        assertThat(root.resolve(TEMPORARY.value())).isEmptyDirectory();
    }

    @Test
    void theTemporaryFolderIsMadeAgainWhenSomeoneRemovesIt() throws IOException {
        Files.delete(root.resolve("own/tmp"));
        Files.delete(root.resolve("own"));

        put("a", "1");

        assertThat(read("a")).isEqualTo("1");
    }

    @Test
    void aRootThatVanishesIsNotMadeAgain() throws IOException {
        Path vanishing = root.resolve("disk");
        DiskStore store = new DiskStore(vanishing, TEMPORARY);
        Files.move(vanishing, root.resolve("unmounted"));

        assertThatThrownBy(
                        () -> store.put(key("a"), bytes("1"), Condition.always(), Durability.HINT))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("the data folder does not exist any more");
        assertThat(vanishing).doesNotExist();
    }

    @Test
    void whatACrashLeavesIsInvisibleAndGoneADayLater() throws IOException {
        ObjectWriter crashed = store.write(key("a/b"));
        crashed.write(bytes("half"), 0, 4);
        Path left;
        try (var files = Files.list(root.resolve("own/tmp"))) {
            left = files.findFirst().orElseThrow();
        }
        Path link = writeFile("own/tmp/recent", "of another process");

        assertThat(new DiskStore(root, TEMPORARY).list(new ListRequest("", null, false, 9)).keys())
                .isEmpty();
        assertThat(left).exists();

        resetTime(left, TemporaryFiles.STALE.plusMinutes(1));
        resetTime(link, TemporaryFiles.STALE.minusMinutes(1));
        new DiskStore(root, TEMPORARY);
        assertThat(left).doesNotExist();
        assertThat(link).exists();
    }

    @Test
    void theTemporaryFolderIsNoPlaceForObjects() throws IOException {
        writeFile("own/tmp/file", "1");
        writeFile("own/tmp/folder/file", "1");

        for (String key : List.of("own/tmp", "own/tmp/file", "own/tmp/folder/file")) {
            assertThatThrownBy(() -> store.head(key(key)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store.write(key(key)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(keys()).isEmpty();
        assertThat(list("own/tmp/", null, false, 9)).isEmpty();
        assertThat(list("", null, true, 9)).isEmpty();
        put("own/tmp2", "1");
        assertThat(keys()).containsExactly("own/tmp2");
    }

    @Test
    void nothingLeavesTheRoot() {
        FileTree tree =
                new FileTree(
                        root, root.resolve("own/tmp"), calls, new FolderNameCache(calls, 1 << 20));

        for (String name : List.of("..", "../x/", "a/../../x", "/etc/passwd")) {
            assertThatThrownBy(() -> tree.folder(name))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(tree.folder("a/b/")).isEqualTo(root.resolve("a/b"));
    }

    @Test
    void unfinishedWritesOfAnotherRegistryAreNotSeen() throws IOException {
        writeFile("tags/v1/current/link" + FOREIGN, "");
        writeFile("tags/v2/current/link", "sha256:2");
        writeFile("tags/v2/current/link" + FOREIGN, "sha");

        assertThat(keys()).containsExactly("tags/v2/current/link");
        assertThat(list("tags/v2/current/", null, true, 9)).containsExactly("tags/v2/current/link");
        assertThatThrownBy(() -> put("tags/v3/current/link" + FOREIGN, ""))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTagMayLookLikeATemporaryFile() {
        put("tags/v1.tmp/current/link", "1");
        put("tags/v1" + FOREIGN + "/current/link", "1");
        put("index/v1.tmp", "1");
        put("index/.tmp", "1");

        assertThat(list("tags/", null, true, 9))
                .containsExactly("tags/v1" + FOREIGN + "/", "tags/v1.tmp/");
        assertThat(list("index/", null, true, 9)).containsExactly("index/.tmp", "index/v1.tmp");
    }

    @Test
    void filesThatCannotBeKeysAreNotSeen() throws IOException {
        writeFile("a/with space", "1");
        writeFile("a/ünïcode", "1");
        writeFile("a/b c/file", "1");
        writeFile("a/\\", "1");
        writeFile("a/fine", "1");
        writeFile("odd/b c/file", "1");

        assertThat(keys()).containsExactly("a/fine");
        assertThat(list("", null, true, 9)).containsExactly("a/", "odd/");
    }

    @Test
    void foldersWithoutFilesAreSeenOnlyAsFolders() throws IOException {
        Files.createDirectories(root.resolve("tags/v1/index/sha256"));
        Files.createDirectories(root.resolve("tags/v2/current"));
        put("tags/v2/index/sha256/1/link", "1");

        assertThat(list("tags/", null, true, 9)).containsExactly("tags/v1/", "tags/v2/");
        assertThat(list("tags/v1/", null, false, 9)).isEmpty();
        store.delete(key("tags/v1/index"), Condition.always());
        assertThat(keys()).containsExactly("tags/v2/index/sha256/1/link");
    }

    @Test
    void aKeyBelowAFileOrAtAFolderCannotBeWritten() {
        put("a/file", "1");

        for (String key : List.of("a/file/below", "a/file/far/below", "a")) {
            for (Condition condition : List.of(Condition.always(), Condition.ifAbsent())) {
                assertThatThrownBy(
                                () ->
                                        store.put(
                                                key(key),
                                                bytes("2"),
                                                condition,
                                                Durability.DURABLE))
                        .isInstanceOf(Unavailable.class);
            }
        }
        assertThatThrownBy(() -> store.stage(key("a/file/below")))
                .isInstanceOf(ObjectStoreException.class);

        assertThat(keys()).containsExactly("a/file");
        assertNoTemporaryFile();
        assertThat(calls.syncsMade()).noneMatch(sync -> sync.startsWith("sync folder"));
    }

    @Test
    void linksAreFollowedAndNotRemoved() throws IOException {
        Path elsewhere = Files.createDirectory(root.resolve("own/elsewhere"));
        Files.createSymbolicLink(root.resolve("blobs"), elsewhere);

        put("blobs/a/data", "content");
        assertThat(elsewhere.resolve("a/data")).hasContent("content");
        assertThat(list("blobs/", null, false, 9)).containsExactly("blobs/a/data");
        assertThat(list("", null, true, 9)).containsExactly("blobs/", "own/");

        store.delete(key("blobs/a/data"), Condition.always());
        assertThat(root.resolve("blobs")).isSymbolicLink();
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void anObjectThatIsALinkIsReplacedAndRemovedAndNotItsTarget() throws IOException {
        Path target = writeFile("outside", "target");
        for (String link : List.of("a/replaced", "a/removed", "a/broken", "a/circle")) {
            Files.createDirectories(root.resolve("a"));
            Files.createSymbolicLink(
                    root.resolve(link),
                    link.equals("a/broken")
                            ? root.resolve("nowhere")
                            : link.equals("a/circle") ? root.resolve(link) : target);
        }
        assertThat(read("a/removed")).isEqualTo("target");

        put("a/replaced", "new");
        store.delete(key("a/removed"), Condition.always());

        assertThat(target).hasContent("target");
        assertThat(read("a/replaced")).isEqualTo("new");
        assertThatThrownBy(() -> store.head(key("a/removed"))).isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> store.head(key("a/broken"))).isInstanceOf(NotFound.class);
    }

    @Test
    void whatCannotBeReadIsNotAbsent() throws IOException {
        Files.createSymbolicLink(root.resolve("circle"), root.resolve("circle"));

        assertThatThrownBy(() -> store.head(key("circle"))).isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> store.read(key("circle"), 9)).isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> store.head(key("circle/a"))).isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> store.resume(key("circle"), null)).isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> store.delete(key("circle/a"), Condition.always()))
                .isInstanceOf(Unavailable.class);

        put("a/b", "1");
        calls.fail("attributes of /a");
        assertThatThrownBy(() -> list("a/", null, false, 9)).isInstanceOf(Unavailable.class);
        calls.fail("children of /a");
        assertThatThrownBy(() -> list("", null, true, 9)).isInstanceOf(Unavailable.class);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskIsNamed() throws IOException {
        Files.createDirectories(root.resolve("repo"));
        Files.createSymbolicLink(root.resolve("repo/data"), Path.of("/dev/full"));

        try (StagedObject staged = store.resume(key("repo/data"), null)) {
            assertThatThrownBy(() -> staged.append(bytes("content"), 0, 7))
                    .isInstanceOf(Unavailable.class)
                    .hasMessageContaining("No space left on device")
                    .hasMessageNotContaining(root.toString());
            assertThat(staged.size()).isZero();
        }
    }

    @Test
    void aFileThatBecomesShorterNeverLooksComplete() throws IOException {
        put("a", "0123456789");
        try (InputStream in = store.open(key("a"), new ByteRange(0, 9))) {
            Files.writeString(root.resolve("a"), "0123");
            assertThatThrownBy(in::readAllBytes)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("6 bytes missing");
        }
    }

    @Test
    void aReaderKeepsTheObjectItOpened() throws IOException {
        put("a", "old content");
        try (InputStream in = store.open(key("a"), new ByteRange(0, 10))) {
            put("a", "new");
            assertThat(in.readNBytes(3)).isEqualTo(bytes("old"));
            store.delete(key("a"), Condition.always());
            assertThat(in.readAllBytes()).isEqualTo(bytes(" content"));
        }
    }

    @Test
    void aRootThatCannotBeWrittenToIsRefusedWithAdvice() throws IOException {
        Path file = writeFile("file", "1");

        for (Path impossible : List.of(file, file.resolve("below"))) {
            assertThatThrownBy(() -> new DiskStore(impossible, TEMPORARY))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("cannot keep data in " + impossible)
                    .hasMessageContaining("make it a folder that this user may write to");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aRootWhereNothingCanBeCreatedIsRefused() {
        assertThatThrownBy(() -> new DiskStore(Path.of("/proc/self"), TEMPORARY))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("cannot keep data in /proc/self");
    }

    /** Of each thread that writes: a runtime has as much of it as there is heap. */
    @Test
    void aLargeObjectTakesLittleMemoryOutsideTheHeap() throws Exception {
        byte[] large = new byte[4 * 1024 * 1024];
        int threads = 8;
        CountDownLatch written = new CountDownLatch(threads);
        CountDownLatch end = new CountDownLatch(1);
        long before = bytesOutsideTheHeap();
        try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
            for (int i = 0; i < threads; i++) {
                String name = "large/" + i;
                workers.submit(
                        () -> {
                            store.put(key(name), large, Condition.always(), Durability.HINT);
                            written.countDown();
                            end.await();
                            return null;
                        });
            }
            written.await();
            assertThat(bytesOutsideTheHeap() - before).isLessThan(threads * 300L * 1024);
            end.countDown();
        }
        assertThat(store.read(key("large/0"), large.length)).isEqualTo(large);
    }

    private static long bytesOutsideTheHeap() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }
}
