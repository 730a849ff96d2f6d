package io.berth.object.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.name.ByteRange;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectStoreException.BytesLost;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.ObjectStoreException.OutcomeUnknown;
import io.berth.object.ObjectStoreException.PreconditionFailed;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.ObjectWriter;
import io.berth.object.StagedObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is synced, exactly, and what a failure to do so leaves. */
class DiskDurabilityTest extends DiskFixture {

    private static final String FOLDER = "sync folder /blobs/a";

    private static List<String> expected(Durability durability, int size) {
        return switch (durability) {
            case DURABLE -> List.of("sync file of " + size, FOLDER);
            case WHOLE -> List.of("sync file of " + size);
            case HINT -> List.of();
        };
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void putSyncsWhatIsAsked(Durability durability) {
        store.put(key("blobs/a/data"), bytes("12345"), Condition.always(), durability);
        assertThat(calls.syncsMade()).isEqualTo(expected(durability, 5));

        store.put(key("blobs/a/new"), bytes("1234"), Condition.ifAbsent(), durability);
        assertThat(calls.syncsMade()).isEqualTo(expected(durability, 4));

        store.put(
                key("blobs/a/data"), bytes("123"), Condition.ifContent(bytes("12345")), durability);
        assertThat(calls.syncsMade()).isEqualTo(expected(durability, 3));
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void aWriterSyncsOnceHoweverOftenItWrites(Durability durability) {
        try (ObjectWriter writer = store.write(key("blobs/a/data"))) {
            writer.write(new byte[3], 0, 3);
            writer.write(new byte[4], 0, 4);
            writer.publish(durability, null);
        }

        assertThat(calls.syncsMade()).isEqualTo(expected(durability, 7));
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void stagedBytesAreSyncedOnceWhenTheyArePublished(Durability durability) {
        try (StagedObject staged = store.stage(key("uploads/1/data"))) {
            staged.append(new byte[9], 0, 9);
        }
        try (StagedObject staged = store.resume(key("uploads/1/data"), null)) {
            staged.append(new byte[9], 0, 9);
            staged.truncate(10);
        }
        assertThat(calls.syncsMade()).isEmpty();

        try (StagedObject staged = store.resume(key("uploads/1/data"), null)) {
            staged.publish(key("blobs/a/data"), durability, null);
        }
        assertThat(calls.syncsMade()).isEqualTo(expected(durability, 10));
    }

    @Test
    void nothingElseIsSynced() throws IOException {
        put("blobs/a/data", "content");
        assertThatThrownBy(
                        () ->
                                store.put(
                                        key("blobs/a/data"),
                                        bytes("new"),
                                        Condition.ifAbsent(),
                                        Durability.DURABLE))
                .isInstanceOf(PreconditionFailed.class);
        assertThatThrownBy(
                        () ->
                                store.put(
                                        key("blobs/a/data"),
                                        bytes("new"),
                                        Condition.ifContent(bytes("other")),
                                        Durability.DURABLE))
                .isInstanceOf(PreconditionFailed.class);
        store.write(key("blobs/b/data")).close();
        store.stage(key("uploads/1/data")).discard();
        store.head(key("blobs/a/data"));
        store.read(key("blobs/a/data"), 100);
        store.open(key("blobs/a/data"), ByteRange.all(7)).close();
        assertThat(keys()).containsExactly("blobs/a/data");
        store.delete(key("blobs/a/data"), Condition.always());
        store.deleteAll(List.of(key("blobs/a/data")));

        assertThat(calls.syncsMade()).isEmpty();
    }

    @Test
    void bytesThatCannotBeSyncedAreNotPublished() {
        put("blobs/a/data", "old");
        calls.fail("sync file");

        assertThatThrownBy(
                        () ->
                                store.put(
                                        key("blobs/a/data"),
                                        bytes("new"),
                                        Condition.always(),
                                        Durability.WHOLE))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("the disk is on fire")
                .hasMessageContaining("blobs/a/data");

        assertThat(read("blobs/a/data")).isEqualTo("old");
        assertNoTemporaryFile();
    }

    /** The system believes them to be written from then on, whether they are or not. */
    @Test
    void stagedBytesThatCannotBeSyncedAreNeverUsedAgain() {
        try (StagedObject staged = store.stage(key("uploads/1/data"))) {
            staged.append(bytes("content"), 0, 7);
            calls.fail("sync file");
            assertThatThrownBy(() -> staged.publish(key("blobs/a/data"), Durability.WHOLE, null))
                    .isInstanceOf(BytesLost.class)
                    .hasMessageContaining("the disk is on fire");
            calls.repair();
            assertThatThrownBy(() -> staged.publish(key("blobs/a/data"), Durability.WHOLE, null))
                    .isInstanceOf(IllegalStateException.class);
        }

        assertThat(keys()).isEmpty();
        assertThatThrownBy(() -> store.resume(key("uploads/1/data"), null))
                .isInstanceOf(NotFound.class);
    }

    /** A full disk may take a part of a write, and refuse to give it back. */
    @Test
    void bytesBehindTheEndAreNotPublished() throws IOException {
        try (StagedObject staged = store.stage(key("uploads/1/data"))) {
            staged.append(bytes("content"), 0, 7);
            Files.write(root.resolve("uploads/1/data"), bytes("rest"), StandardOpenOption.APPEND);
            staged.publish(key("blobs/a/data"), Durability.WHOLE, null);
        }

        assertThat(read("blobs/a/data")).isEqualTo("content");
    }

    @Test
    void stagedBytesThatAreMissingAreNotPublished() throws IOException {
        try (StagedObject staged = store.stage(key("uploads/1/data"))) {
            staged.append(bytes("content"), 0, 7);
            Files.write(root.resolve("uploads/1/data"), bytes("con"));
            assertThatThrownBy(() -> staged.publish(key("blobs/a/data"), Durability.WHOLE, null))
                    .isInstanceOf(BytesLost.class);
        }

        assertThat(keys()).isEmpty();
    }

    @Test
    void aNameThatCannotBeSyncedIsAnUnknownOutcome() {
        calls.fail("sync folder");

        assertThatThrownBy(
                        () ->
                                store.put(
                                        key("blobs/a/data"),
                                        bytes("content"),
                                        Condition.ifAbsent(),
                                        Durability.DURABLE))
                .isInstanceOf(OutcomeUnknown.class);
        try (ObjectWriter writer = store.write(key("blobs/b/data"))) {
            assertThatThrownBy(() -> writer.publish(Durability.DURABLE, null))
                    .isInstanceOf(OutcomeUnknown.class);
        }
        try (StagedObject staged = store.stage(key("uploads/1/data"))) {
            assertThatThrownBy(() -> staged.publish(key("blobs/c/data"), Durability.DURABLE, null))
                    .isInstanceOf(OutcomeUnknown.class);
        }

        assertThat(keys()).containsExactly("blobs/a/data", "blobs/b/data", "blobs/c/data");
        assertNoTemporaryFile();
    }

    @Test
    void whenTheFolderIsGoneAlreadyTheOneAboveIsSynced() throws IOException {
        RecordingCalls pruning =
                new RecordingCalls(root) {
                    @Override
                    public void syncFolder(Path folder) throws IOException {
                        Files.deleteIfExists(root.resolve("blobs/a/data"));
                        Files.deleteIfExists(root.resolve("blobs/a"));
                        super.syncFolder(folder);
                    }
                };
        DiskStore store = new DiskStore(root, TEMPORARY, pruning);
        pruning.made(); // the start tries out a sync

        store.put(key("blobs/a/data"), bytes("1"), Condition.always(), Durability.DURABLE);

        assertThat(pruning.syncsMade())
                .containsExactly("sync file of 1", FOLDER, "sync folder /blobs");
    }

    @Test
    void aTornWriterCannotPublish() throws IOException {
        try (ObjectWriter writer = store.write(key("blobs/a/data"))) {
            writer.write(bytes("content"), 0, 7);
            calls.fail("sync file");
            assertThatThrownBy(() -> writer.publish(Durability.WHOLE, null))
                    .isInstanceOf(Unavailable.class);
            calls.repair();
            assertThatThrownBy(() -> writer.publish(Durability.WHOLE, null))
                    .isInstanceOf(IllegalStateException.class);
        }

        assertThat(keys()).isEmpty();
        assertNoTemporaryFile();
    }
}
