package io.berth.object.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.name.ByteRange;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ListRequest;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.ObjectWriter;
import io.berth.object.StagedObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The folder goes away under a running store, and others come in its place. */
class DiskSentinelTest extends DiskFixture {

    private static final ObjectKey SENTINEL = key("own/owner");

    private Path elsewhere;

    @BeforeEach
    void guard() {
        elsewhere = root.resolveSibling(root.getFileName() + "-elsewhere");
        guard(store);
        put("a/b", "there");
        calls.made();
    }

    private static void guard(DiskStore store) {
        byte[] id = bytes("one");
        store.put(SENTINEL, id, Condition.always(), Durability.DURABLE);
        store.guardBy(SENTINEL, id);
    }

    private void moveAway() throws IOException {
        Files.move(root, elsewhere);
    }

    private static void assertUnavailable(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(Unavailable.class);
    }

    private void assertNothingIsCalledAbsentOrWritten() {
        assertUnavailable(() -> store.verify());
        assertUnavailable(() -> store.head(key("a/b")));
        assertUnavailable(() -> store.read(key("a/b"), 10));
        assertUnavailable(() -> store.open(key("a/b"), ByteRange.all(1)));
        assertUnavailable(() -> store.resume(key("a/b"), null));
        assertUnavailable(() -> store.list(new ListRequest("a/", null, true, 10)));
        assertUnavailable(() -> put("a/c", "new"));
        assertUnavailable(() -> put("a/d", ""));
        assertUnavailable(() -> store.write(key("a/e")));
        assertUnavailable(() -> store.stage(key("a/f")));
        assertUnavailable(() -> store.delete(key("a/b"), Condition.always()));
        assertUnavailable(() -> store.deleteAll(List.of(key("a/b"), key("a/c"))));
        store.forget(List.of(key("a/b")));
    }

    private static List<String> filesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> !file.equals(folder))
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aFolderThatIsGone() throws Exception {
        moveAway();

        assertNothingIsCalledAbsentOrWritten();

        assertThat(root).doesNotExist();
    }

    @Test
    void anEmptyFolderInItsPlace() throws Exception {
        moveAway();
        Files.createDirectory(root);

        assertNothingIsCalledAbsentOrWritten();

        assertThat(root).isEmptyDirectory();
    }

    @Test
    void aFolderOfAnotherRegistryInItsPlace() throws Exception {
        moveAway();
        DiskStore other = new DiskStore(root, TEMPORARY);
        other.put(SENTINEL, bytes("two"), Condition.always(), Durability.DURABLE);
        List<String> before = filesIn(root);

        assertNothingIsCalledAbsentOrWritten();

        assertThat(filesIn(root)).isEqualTo(before);
    }

    @Test
    void whatWasBegunBeforeIsNotPublishedInAnotherFolder() throws Exception {
        try (ObjectWriter writer = store.write(key("w"));
                StagedObject staged = store.stage(key("s"))) {
            writer.write(bytes("x"), 0, 1);
            staged.append(bytes("x"), 0, 1);
            moveAway();
            Files.createDirectory(root);

            assertUnavailable(() -> writer.publish(Durability.DURABLE, null));
            assertUnavailable(() -> staged.read());
            assertUnavailable(() -> staged.publish(key("t"), Durability.DURABLE, null));
        }
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void itComesBack() throws Exception {
        moveAway();
        assertUnavailable(() -> store.head(key("x")));
        Files.move(elsewhere, root);

        store.verify();
        assertThat(read("a/b")).isEqualTo("there");
        assertThatThrownBy(() -> store.head(key("x"))).isInstanceOf(NotFound.class);
        put("a/c", "new");
    }

    @Test
    void aCopyOfTheSentinelIsTheSentinel() throws Exception {
        Path file = root.resolve(SENTINEL.value());
        byte[] content = Files.readAllBytes(file);
        Files.delete(file);
        assertUnavailable(() -> put("a/c", "new"));
        Files.write(file, content);

        put("a/c", "new");
        assertThat(read("a/c")).isEqualTo("new");
    }

    @Test
    void aDiskThatCannotBeReadIsNotBelieved() {
        calls.fail("attributes of /own/owner");

        assertUnavailable(() -> store.read(key("x"), 10));
        assertUnavailable(() -> put("x", "new"));
        assertUnavailable(() -> store.verify());
    }

    @Test
    void whatIsFoundCostsNothingAndWhatIsNotOneStat() {
        assertThatThrownBy(() -> store.head(key("x"))).isInstanceOf(NotFound.class);
        calls.made();

        read("a/b");
        store.head(key("a/b"));
        list("a/", null, false, 10);
        assertThat(calls.made()).doesNotContain("attributes of /own/owner");
        assertThatThrownBy(() -> store.read(key("x"), 10)).isInstanceOf(NotFound.class);
        assertThat(calls.made()).containsExactly("attributes of /own/owner");
        put("a/b", "again");
        assertThat(calls.made()).filteredOn("attributes of /own/owner"::equals).hasSize(2);
    }
}
