package io.berth.object.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.name.ByteRange;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ListRequest;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.ObjectStoreException.OutcomeUnknown;
import io.berth.object.ObjectStoreException.PreconditionFailed;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.StagedObject;
import io.berth.object.s3.FaultyWire.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests and answers that get lost, and a server that is busy or fails. Each pauses before it
 * tries again, so they run side by side.
 */
@Execution(ExecutionMode.CONCURRENT)
class S3FaultsTest extends S3Fixture {

    private static final int ALWAYS = 1000;

    private static final byte[] LARGE = random(11 * MIB);

    /**
     * @param operations of which one fails at a time
     * @param prepare what is there before
     * @param action what is tried
     * @param done throws unless it is done
     */
    private record Task(
            String name,
            List<String> operations,
            Consumer<S3FaultsTest> prepare,
            Consumer<S3FaultsTest> action,
            Consumer<S3FaultsTest> done) {

        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Task> WRITES =
            List.of(
                    new Task(
                            "put",
                            List.of("PutObject"),
                            test -> test.put("a", "old"),
                            test -> test.put("a", "new"),
                            test -> assertThat(test.read("a")).isEqualTo("new")),
                    new Task(
                            "create",
                            List.of("PutObject"),
                            test -> {},
                            test -> test.put("a", "new", Condition.ifAbsent()),
                            test -> assertThat(test.read("a")).isEqualTo("new")),
                    new Task(
                            "replace",
                            List.of("PutObject"),
                            test -> test.put("a", "old"),
                            test -> test.put("a", "new", Condition.ifContent(bytes("old"))),
                            test -> assertThat(test.read("a")).isEqualTo("new")),
                    new Task(
                            "delete",
                            List.of("DeleteObject"),
                            test -> test.put("a", "old"),
                            test -> test.store.delete(key("a"), Condition.always()),
                            test -> assertThat(test.keys()).isEmpty()),
                    new Task(
                            "delete a content",
                            List.of("DeleteObject"),
                            test -> test.put("a", "old"),
                            test -> test.store.delete(key("a"), Condition.ifContent(bytes("old"))),
                            test -> assertThat(test.keys()).isEmpty()),
                    new Task(
                            "delete several",
                            List.of("DeleteObjects"),
                            test -> test.put("a", "old"),
                            test -> test.store.deleteAll(List.of(key("a"), key("b"))),
                            test -> assertThat(test.keys()).isEmpty()),
                    new Task(
                            "write",
                            List.of("PutObject"),
                            test -> test.put("a", "old"),
                            test -> test.write("a", bytes("new")),
                            test -> assertThat(test.read("a")).isEqualTo("new")),
                    new Task(
                            "write in parts",
                            List.of(
                                    "CreateMultipartUpload",
                                    "UploadPart",
                                    "CompleteMultipartUpload"),
                            test -> test.put("a", "old"),
                            test -> test.write("a", LARGE),
                            test -> assertThat(test.isLarge("a")).isTrue()),
                    new Task(
                            "keep",
                            List.of("PutObject"),
                            test -> {},
                            test -> test.stage("s", null, LARGE, 0, LARGE.length),
                            test -> assertThat(test.isStaged("s")).isTrue()),
                    new Task(
                            "publish one piece",
                            List.of("CopyObject"),
                            test -> test.stageElsewhere(bytes("new")),
                            test -> test.publish("s", null, "a"),
                            test -> assertThat(test.read("a")).isEqualTo("new")),
                    new Task(
                            "publish pieces",
                            List.of(
                                    "ListObjectsV2",
                                    "CreateMultipartUpload",
                                    "UploadPartCopy",
                                    "CompleteMultipartUpload"),
                            test -> test.stageElsewhere(LARGE),
                            test -> test.publish("s", null, "a"),
                            test -> assertThat(test.isLarge("a")).isTrue()));

    private boolean isLarge(String key) {
        return Arrays.equals(content(key), LARGE);
    }

    private boolean isStaged(String key) {
        try (StagedObject staged = store.resume(key(key), null);
                InputStream in = staged.read()) {
            return Arrays.equals(in.readAllBytes(), LARGE);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void stageElsewhere(byte[] content) {
        try (S3Store other = bucket.open(root);
                StagedObject staged = other.stage(key("s"))) {
            staged.append(content, 0, content.length);
            staged.keep();
        }
    }

    static Stream<Arguments> writesAndFaults() {
        List<Arguments> all = new ArrayList<>();
        for (Task task : WRITES) {
            for (String operation : task.operations()) {
                for (Fault fault : Fault.PASSING) {
                    all.add(Arguments.of(task, operation, fault));
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("writesAndFaults")
    void aFaultThatPassesIsNotNoticed(Task task, String operation, Fault fault) {
        task.prepare().accept(this);
        wire.fail(operation, fault, 1);

        task.action().accept(this);

        task.done().accept(this);
        assertThat(bucket.unfinishedUploads(root))
                .isLessThanOrEqualTo(
                        operation.startsWith("Create") && fault.isCarriedOut() ? 1 : 0);
    }

    /** What failed is as it was, or the failure says that nobody knows. */
    @ParameterizedTest
    @MethodSource("writesAndFaults")
    void aFaultThatStaysIsTold(Task task, String operation, Fault fault) {
        task.prepare().accept(this);
        wire.fail(operation, fault, ALWAYS);

        boolean said = false;
        try {
            task.action().accept(this);
            said = true;
        } catch (Unavailable e) {
            assertThat(e.getMessage()).doesNotContain(S3TestServer.SECRET_KEY);
            if (changesAtOnce(operation)) {
                assertThat(fault).isEqualTo(Fault.BUSY);
            }
        } catch (OutcomeUnknown e) {
            assertThat(fault).isNotEqualTo(Fault.BUSY);
        }

        wire.fail("", fault, 0);
        if (said) {
            // It was looked up, and found to have been carried out.
            assertThat(fault.isCarriedOut()).isTrue();
            task.done().accept(this);
        }
        task.action().accept(this.again(task));
        task.done().accept(this);
    }

    /** Whether a lost answer to it leaves open what is there; parts and pieces do not show. */
    private static boolean changesAtOnce(String operation) {
        return List.of("CopyObject", "DeleteObject", "CompleteMultipartUpload").contains(operation);
    }

    private S3FaultsTest again(Task task) {
        if (List.of("create", "replace", "delete a content").contains(task.name())) {
            store.delete(key("a"), Condition.always());
            task.prepare().accept(this);
        }
        if (task.name().startsWith("publish")) {
            // A key is staged once. Pieces of the first time would be taken for some of the second.
            store.awaitForgotten();
            keys().stream()
                    .filter(key -> !key.equals("a"))
                    .forEach(key -> store.delete(key(key), Condition.always()));
            task.prepare().accept(this);
        }
        return this;
    }

    @ParameterizedTest
    @EnumSource(value = Fault.class, mode = EnumSource.Mode.EXCLUDE, names = "PARTS_REFUSED")
    void readingGoesOnAfterAFault(Fault fault) throws IOException {
        put("a/b", "content");

        wire.fail("HeadObject", fault, 1);
        assertThat(store.head(key("a/b")).size()).isEqualTo(7);
        wire.fail("GetObject", fault, 1);
        assertThat(read("a/b")).isEqualTo("content");
        wire.fail("GetObject", fault, 1);
        try (InputStream in = store.open(key("a/b"), new ByteRange(1, 2))) {
            assertThat(in.readAllBytes()).isEqualTo(bytes("on"));
        }
        wire.fail("ListObjectsV2", fault, 1);
        assertThat(keys()).containsExactly("a/b");
    }

    /** A bucket that cannot be read must not look like an empty one. */
    @ParameterizedTest
    @EnumSource(value = Fault.class, mode = EnumSource.Mode.EXCLUDE, names = "PARTS_REFUSED")
    void whatCannotBeReadIsNeverAbsent(Fault fault) {
        put("a/b", "content");
        for (String operation : List.of("HeadObject", "GetObject", "ListObjectsV2")) {
            wire.fail(operation, fault, ALWAYS);
            Consumer<String> ask =
                    switch (operation) {
                        case "HeadObject" -> key -> store.head(key(key));
                        case "GetObject" -> this::read;
                        default -> key -> store.list(new ListRequest("", null, false, 1));
                    };
            assertThatThrownBy(() -> ask.accept("a/b")).isInstanceOf(Unavailable.class);
            assertThatThrownBy(() -> ask.accept("absent")).isInstanceOf(Unavailable.class);
        }
    }

    @Test
    void aCreationWhoseAnswerIsLostKnowsItsOwn() {
        wire.fail("PutObject", Fault.ANSWER_LOST, 1);
        put("a", "mine", Condition.ifAbsent());

        wire.fail("PutObject", Fault.REQUEST_LOST, 1);
        assertThatThrownBy(() -> put("a", "other", Condition.ifAbsent()))
                .isInstanceOf(OutcomeUnknown.class);
        assertThatThrownBy(() -> put("a", "other", Condition.ifAbsent()))
                .isInstanceOf(PreconditionFailed.class);
        assertThat(read("a")).isEqualTo("mine");
    }

    @Test
    void aReplacementWhoseAnswerIsLostIsLookedUp() {
        put("a", "old");
        wire.made();
        wire.fail("PutObject", Fault.ANSWER_LOST, 1);

        put("a", "new", Condition.ifContent(bytes("old")));

        assertThat(wire.made()).containsExactly("GetObject", "PutObject");
        assertThat(read("a")).isEqualTo("new");
    }

    @Test
    void publishingCanBeTriedAgain() {
        stageElsewhere(LARGE);
        try (StagedObject staged = store.resume(key("s"), null)) {
            wire.fail("UploadPartCopy", Fault.BUSY, ALWAYS);
            assertThatThrownBy(() -> staged.publish(key("a"), Durability.HINT, null))
                    .isInstanceOf(Unavailable.class);
            assertThat(bucket.unfinishedUploads(root)).isZero();

            wire.fail("", Fault.BUSY, 0);
            staged.publish(key("a"), Durability.HINT, null);
        }
        assertThat(isLarge("a")).isTrue();
    }

    @Test
    void aPieceThatFailedGetsAnotherChance() {
        try (StagedObject staged = store.stage(key("s"))) {
            wire.fail("PutObject", Fault.BUSY, 3);
            staged.append(LARGE, 0, 5 * MIB);
            staged.append(LARGE, 5 * MIB, MIB); // sends the first piece, which fails
            staged.keep();
        }
        try (StagedObject staged = store.resume(key("s"), null)) {
            assertThat(staged.size()).isEqualTo(6 * MIB);
        }
    }

    /** Or the next one goes on behind bytes that are about to go. */
    @Test
    void whatIsNotKeptIsGoneWhenTheHandleIsClosed() {
        wire.fail("PutObject", Fault.ANSWER_LOST, ALWAYS);
        try (StagedObject staged = store.stage(key("s"))) {
            staged.append(LARGE, 0, LARGE.length);
            assertThatThrownBy(staged::keep).isInstanceOf(Unavailable.class);
        }

        wire.fail("", Fault.BUSY, 0);
        assertThatThrownBy(() -> store.resume(key("s"), null)).isInstanceOf(NotFound.class);
    }

    @Test
    void whatCannotBeRemovedWhenTheHandleIsClosedStays() throws IOException {
        try (StagedObject staged = store.stage(key("s"))) {
            staged.append(LARGE, 0, LARGE.length);
            wire.fail("DeleteObjects", Fault.BUSY, ALWAYS);
        }

        wire.fail("", Fault.BUSY, 0);
        try (StagedObject staged = store.resume(key("s"), null)) {
            store.awaitForgotten();
            assertThat(staged.size()).isEqualTo(10 * MIB);
            try (InputStream in = staged.read()) {
                assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOf(LARGE, 10 * MIB));
            }
        }
    }

    @Test
    void forgettingNeverThrows() {
        put("a", "old");
        wire.fail("DeleteObject", Fault.BUSY, ALWAYS);
        store.forget(List.of(key("a")));
        store.awaitForgotten();
        wire.fail("", Fault.BUSY, 0);
        put("b", "old");
        store.forget(List.of(key("b")));
        store.awaitForgotten();

        assertThat(keys()).containsExactly("a");
    }
}
