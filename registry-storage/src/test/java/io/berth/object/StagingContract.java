package io.berth.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.name.ByteRange;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes that grow over several requests. */
abstract class StagingContract extends StoreFixture {

    private static final ObjectKey STAGED = key("repo/_uploads/1/data");
    private static final ObjectKey TARGET = key("blobs/2/data");

    private static void append(StagedObject staged, String text) {
        staged.append(bytes(text), 0, text.length());
    }

    private static String content(StagedObject staged) throws IOException {
        try (InputStream in = staged.read()) {
            return text(in.readAllBytes());
        }
    }

    private void stage(String text) {
        try (StagedObject staged = store().stage(STAGED)) {
            append(staged, text);
        }
    }

    @Test
    void growsOverSeveralHandles() throws IOException {
        stage("one ");
        try (StagedObject staged = store().resume(STAGED)) {
            assertThat(staged.size()).isEqualTo(4);
            append(staged, "two ");
            staged.append(bytes("xxthreexx"), 2, 5);
            assertThat(staged.size()).isEqualTo(13);
        }
        try (StagedObject staged = anotherInstance().resume(STAGED)) {
            assertThat(staged.size()).isEqualTo(13);
            assertThat(content(staged)).isEqualTo("one two three");
            staged.publish(TARGET, Durability.HINT);
        }

        assertThat(read(TARGET.value())).isEqualTo("one two three");
    }

    @Test
    void growsPastTheSizeOfAnyPart() throws IOException {
        byte[] content = randomBytes(13 << 20);
        int[] cuts = {0, 1, 5 << 20, (5 << 20) + 1, 11 << 20, 13 << 20};
        store().stage(STAGED).close();
        for (int i = 1; i < cuts.length; i++) {
            try (StagedObject staged = store().resume(STAGED)) {
                assertThat(staged.size()).isEqualTo(cuts[i - 1]);
                staged.append(content, cuts[i - 1], cuts[i] - cuts[i - 1]);
            }
        }
        try (StagedObject staged = store().resume(STAGED)) {
            staged.publish(TARGET, Durability.HINT);
        }

        byte[] published = open(TARGET.value(), ByteRange.all(content.length));
        assertThat(Arrays.equals(published, content)).isTrue();
    }

    @Test
    void nothingStagedCanBeTakenUp() throws IOException {
        store().stage(STAGED).close();

        try (StagedObject staged = anotherInstance().resume(STAGED)) {
            assertThat(staged.size()).isZero();
            assertThat(content(staged)).isEmpty();
            staged.publish(TARGET, Durability.HINT);
        }

        assertThat(read(TARGET.value())).isEmpty();
    }

    @Test
    void whatWasNeverStagedIsNotFound() {
        stage("one");

        assertNotFound(() -> store().resume(key("repo/_uploads/2/data")).close());
        assertNotFound(() -> store().resume(key("repo/_uploads/1")).close());
        assertNotFound(() -> store().resume(key("repo/_uploads/1/data/below")).close());
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void publishingMovesTheBytes(Durability durability) {
        stage("content");
        try (StagedObject staged = store().resume(STAGED)) {
            staged.publish(TARGET, durability);
        }

        assertNotFound(() -> store().resume(STAGED).close());
        assertThat(keys()).containsExactly(TARGET.value());
    }

    @Test
    void publishingReplacesWhatIsThere() {
        put(TARGET.value(), "something older and longer");
        stage("content");
        try (StagedObject staged = store().resume(STAGED)) {
            append(staged, "!");
            staged.publish(TARGET, Durability.HINT);
        }

        assertThat(read(TARGET.value())).isEqualTo("content!");
    }

    @Test
    void theTargetIsNotThereBefore() {
        try (StagedObject staged = store().stage(STAGED)) {
            append(staged, "content");
            assertNotFound(() -> store().head(TARGET));
            staged.publish(TARGET, Durability.HINT);
        }
        assertThat(store().head(TARGET).size()).isEqualTo(7);
    }

    @Test
    void bytesCanBeTakenBack() throws IOException {
        stage("one");
        try (StagedObject staged = store().resume(STAGED)) {
            append(staged, "wrong");
            staged.truncate(3);
            assertThat(staged.size()).isEqualTo(3);
            assertThat(content(staged)).isEqualTo("one");
            append(staged, "two");
            staged.truncate(6);
            assertThat(content(staged)).isEqualTo("onetwo");
        }
        try (StagedObject staged = store().resume(STAGED)) {
            assertThat(staged.size()).isEqualTo(6);
            append(staged, "wrong");
            staged.truncate(6);
            staged.publish(TARGET, Durability.HINT);
        }

        assertThat(read(TARGET.value())).isEqualTo("onetwo");
    }

    @Test
    void truncatingNeverAddsBytes() {
        try (StagedObject staged = store().stage(STAGED)) {
            append(staged, "one");
            assertThatThrownBy(() -> staged.truncate(4))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(staged.size()).isEqualTo(3);
        }
    }

    @Test
    void readingDoesNotMoveTheEnd() throws IOException {
        try (StagedObject staged = store().stage(STAGED)) {
            append(staged, "one");
            assertThat(content(staged)).isEqualTo("one");
            assertThat(content(staged)).isEqualTo("one");
            append(staged, "two");
            assertThat(content(staged)).isEqualTo("onetwo");
        }
    }

    @Test
    void discardedBytesAreGone() {
        stage("one");
        store().resume(STAGED).discard();

        assertNotFound(() -> store().resume(STAGED).close());
        assertThat(keys()).isEmpty();
    }

    @Test
    void discardingSucceedsWhenSomeoneElseDid() {
        stage("one");
        try (StagedObject one = store().resume(STAGED);
                StagedObject two = store().resume(STAGED)) {
            one.discard();
            two.discard();
            two.discard();
        }
        assertThat(keys()).isEmpty();
    }

    @Test
    void publishingTellsWhenSomeoneElseDiscarded() {
        stage("one");
        try (StagedObject late = store().resume(STAGED)) {
            store().resume(STAGED).discard();

            assertNotFound(() -> late.publish(TARGET, Durability.HINT));
        }
        assertThat(keys()).isEmpty();
    }

    @Test
    void aKeyCanBeStagedAgain() throws IOException {
        stage("one");
        store().resume(STAGED).discard();

        try (StagedObject staged = store().stage(STAGED)) {
            assertThat(staged.size()).isZero();
            append(staged, "two");
            assertThat(content(staged)).isEqualTo("two");
        }
    }

    @Test
    void aFinishedHandleRefuses() {
        StagedObject published = store().stage(STAGED);
        append(published, "one");
        published.publish(TARGET, Durability.HINT);
        StagedObject discarded = store().stage(STAGED);
        discarded.discard();

        for (Consumer<StagedObject> call :
                Arrays.<Consumer<StagedObject>>asList(
                        staged -> append(staged, "x"),
                        staged -> staged.truncate(0),
                        StagedObject::read,
                        staged -> staged.publish(TARGET, Durability.HINT))) {
            assertThatThrownBy(() -> call.accept(published))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> call.accept(discarded))
                    .isInstanceOf(IllegalStateException.class);
        }
        published.close();
        discarded.close();
        assertThat(read(TARGET.value())).isEqualTo("one");
    }
}
