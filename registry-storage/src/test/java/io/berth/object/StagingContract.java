package io.berth.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.name.ByteRange;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

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
            staged.keep();
        }
    }

    @Test
    void growsOverSeveralHandles() throws IOException {
        stage("one ");
        try (StagedObject staged = store().resume(STAGED, null)) {
            assertThat(staged.size()).isEqualTo(4);
            append(staged, "two ");
            staged.append(bytes("xxthreexx"), 2, 5);
            assertThat(staged.size()).isEqualTo(13);
            staged.keep();
        }
        try (StagedObject staged = anotherInstance().resume(STAGED, null)) {
            assertThat(staged.size()).isEqualTo(13);
            assertThat(content(staged)).isEqualTo("one two three");
            staged.publish(TARGET, Durability.HINT, null);
        }

        assertThat(read(TARGET.value())).isEqualTo("one two three");
    }

    private static final int[] CUTS = {0, 1, 5 << 20, (5 << 20) + 1, 11 << 20, 13 << 20};

    /** Each piece by a handle of its own, of instances that take turns if so wished. */
    private void growPastTheSizeOfAnyPart(Supplier<ObjectStore> stores, boolean carryState)
            throws IOException {
        byte[] content = randomBytes(13 << 20);
        String state = null;
        for (int i = 1; i < CUTS.length; i++) {
            ObjectStore store = stores.get();
            try (StagedObject staged = i == 1 ? store.stage(STAGED) : store.resume(STAGED, state)) {
                assertThat(staged.size()).isEqualTo(CUTS[i - 1]);
                staged.append(content, CUTS[i - 1], CUTS[i] - CUTS[i - 1]);
                staged.keep();
                state = carryState ? staged.state() : null;
            }
        }
        try (StagedObject staged = stores.get().resume(STAGED, state)) {
            assertThat(Arrays.equals(allOf(staged), content)).isTrue();
            staged.publish(TARGET, Durability.HINT, null);
            staged.discard();
        }

        byte[] published = open(TARGET.value(), ByteRange.all(content.length));
        assertThat(Arrays.equals(published, content)).isTrue();
        assertThat(keysSoon()).containsExactly(TARGET.value());
    }

    private static byte[] allOf(StagedObject staged) throws IOException {
        try (InputStream in = staged.read()) {
            return in.readAllBytes();
        }
    }

    @Test
    void growsPastTheSizeOfAnyPart() throws IOException {
        growPastTheSizeOfAnyPart(this::store, false);
    }

    @Test
    void growsPastTheSizeOfAnyPartAsTheStateSays() throws IOException {
        growPastTheSizeOfAnyPart(this::store, true);
    }

    @Test
    void growsPastTheSizeOfAnyPartOnReplicas() throws IOException {
        growPastTheSizeOfAnyPart(this::anotherInstance, true);
    }

    @Test
    void anyStateWillDo() throws IOException {
        stage("one ");
        String old;
        try (StagedObject staged = store().resume(STAGED, null)) {
            old = staged.state();
            append(staged, "two");
            staged.keep();
        }
        for (String state : new String[] {"", "x", "nonsense~9.9-9", old + old}) {
            try (StagedObject staged = anotherInstance().resume(STAGED, state)) {
                assertThat(content(staged)).isEqualTo("one two");
            }
        }
    }

    @Test
    void statesTellContentsApart() {
        stage("one");
        Set<String> states = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            try (StagedObject staged = store().resume(STAGED, null)) {
                states.add(staged.state());
                append(staged, "two");
                staged.keep();
                states.add(staged.state());
            }
        }
        try (StagedObject staged = anotherInstance().resume(STAGED, null)) {
            states.add(staged.state());
        }

        assertThat(states).hasSize(4).allMatch(state -> state.matches("[A-Za-z0-9._~-]*"));
    }

    @Test
    void whatIsKeptIsListed() {
        assertThat(keys()).isEmpty();
        stage("one");

        List<String> listed = keys();
        assertThat(listed).isNotEmpty().allMatch(key -> key.startsWith(STAGED.value()));
        store().deleteAll(listed.stream().map(ObjectKey::of).toList());

        assertNotFound(() -> store().resume(STAGED, null).close());
    }

    @Test
    void whatWasNeverStagedIsNotFound() {
        stage("one");

        assertNotFound(() -> store().resume(key("repo/_uploads/2/data"), null).close());
        assertNotFound(() -> store().resume(key("repo/_uploads/1"), null).close());
        assertNotFound(() -> store().resume(key("repo/_uploads/1/data/below"), null).close());
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void publishingMovesTheBytes(Durability durability) {
        stage("content");
        try (StagedObject staged = store().resume(STAGED, null)) {
            staged.publish(TARGET, durability, null);
            staged.discard();
        }

        assertThat(keysSoon()).containsExactly(TARGET.value());
        assertNotFound(() -> store().resume(STAGED, null).close());
    }

    /** A store that has them still has just what was kept, to be published again. */
    @ParameterizedTest
    @ValueSource(ints = {7, 25 << 20})
    void whatIsPublishedAndNotDiscardedIsThereAsItWasKeptOrNotAtAll(int more) throws IOException {
        stage("content");
        byte[] bytes = randomBytes(more);
        try (StagedObject staged = store().resume(STAGED, null)) {
            staged.append(bytes, 0, more);
            staged.publish(TARGET, Durability.HINT, null);
        }
        try (StagedObject again = anotherInstance().resume(STAGED, null)) {
            assertThat(content(again)).isEqualTo("content");
            append(again, "!");
            again.publish(TARGET, Durability.HINT, null);
            again.discard();
            assertThat(read(TARGET.value())).isEqualTo("content!");
        } catch (ObjectStoreException.NotFound e) {
            assertThat(store().head(TARGET).size()).isEqualTo(7 + more);
        }
        assertThat(keysSoon()).containsExactly(TARGET.value());
    }

    @Test
    void publishingReplacesWhatIsThere() {
        put(TARGET.value(), "something older and longer");
        stage("content");
        try (StagedObject staged = store().resume(STAGED, null)) {
            append(staged, "!");
            staged.publish(TARGET, Durability.HINT, null);
        }

        assertThat(read(TARGET.value())).isEqualTo("content!");
    }

    @Test
    void theTargetIsNotThereBefore() {
        try (StagedObject staged = store().stage(STAGED)) {
            append(staged, "content");
            assertNotFound(() -> store().head(TARGET));
            staged.publish(TARGET, Durability.HINT, null);
        }
        assertThat(store().head(TARGET).size()).isEqualTo(7);
    }

    @Test
    void bytesCanBeTakenBack() throws IOException {
        stage("one");
        try (StagedObject staged = store().resume(STAGED, null)) {
            append(staged, "wrong");
            staged.truncate(3);
            assertThat(staged.size()).isEqualTo(3);
            assertThat(content(staged)).isEqualTo("one");
            append(staged, "two!");
            staged.truncate(6);
            assertThat(content(staged)).isEqualTo("onetwo");
            staged.truncate(3);
        }
        try (StagedObject staged = store().resume(STAGED, null)) {
            append(staged, "two");
            staged.keep();
        }
        try (StagedObject staged = store().resume(STAGED, null)) {
            assertThat(staged.size()).isEqualTo(6);
            append(staged, "wrong");
            staged.truncate(6);
            staged.publish(TARGET, Durability.HINT, null);
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
    void manyBytesCanBeTakenBack() throws IOException {
        stage("one");
        try (StagedObject staged = store().resume(STAGED, null)) {
            staged.append(randomBytes(25 << 20), 0, 25 << 20);
            staged.truncate(3);
            assertThat(content(staged)).isEqualTo("one");
            append(staged, "two");
            staged.keep();
        }
        try (StagedObject staged = anotherInstance().resume(STAGED, null)) {
            assertThat(content(staged)).isEqualTo("onetwo");
            staged.publish(TARGET, Durability.HINT, null);
        }
        assertThat(read(TARGET.value())).isEqualTo("onetwo");
    }

    @Test
    void discardedBytesAreGone() {
        stage("one");
        store().resume(STAGED, null).discard();

        assertNotFound(() -> store().resume(STAGED, null).close());
        assertThat(keysSoon()).isEmpty();
    }

    @Test
    void discardingSucceedsWhenSomeoneElseDid() {
        stage("one");
        try (StagedObject one = store().resume(STAGED, null);
                StagedObject two = store().resume(STAGED, null)) {
            one.discard();
            two.discard();
            two.discard();
        }
        assertThat(keysSoon()).isEmpty();
    }

    /** A store may still have the bytes, or must say that it has not. */
    @Test
    void publishingWhatSomeoneElseDiscardedIsAllOrNothing() {
        stage("one");
        boolean published = true;
        try (StagedObject late = anotherInstance().resume(STAGED, null)) {
            store().resume(STAGED, null).discard();
            late.publish(TARGET, Durability.HINT, null);
            late.discard();
        } catch (ObjectStoreException.NotFound e) {
            published = false;
        }

        if (published) {
            assertThat(read(TARGET.value())).isEqualTo("one");
        }
        assertThat(keysSoon()).hasSize(published ? 1 : 0);
    }

    /** Where a store believes a state it finds out late. */
    @Test
    void aStateOfWhatIsGoneIsOfNoUse() {
        stage("one");
        String state;
        try (StagedObject staged = store().resume(STAGED, null)) {
            state = staged.state();
        }
        store().resume(STAGED, null).discard();
        awaitForgotten();

        assertNotFound(
                () -> {
                    try (StagedObject staged = anotherInstance().resume(STAGED, state)) {
                        staged.read().readAllBytes();
                    }
                });
        assertNotFound(
                () -> {
                    try (StagedObject staged = anotherInstance().resume(STAGED, state)) {
                        staged.publish(TARGET, Durability.HINT, null);
                    }
                });
        assertThat(keys()).isEmpty();
    }

    @Test
    void aKeyCanBeStagedAgain() throws IOException {
        stage("one");
        store().resume(STAGED, null).discard();

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
        published.publish(TARGET, Durability.HINT, null);
        StagedObject discarded = store().stage(key("repo/_uploads/2/data"));
        discarded.discard();

        for (Consumer<StagedObject> call :
                Arrays.<Consumer<StagedObject>>asList(
                        staged -> append(staged, "x"),
                        staged -> staged.truncate(0),
                        StagedObject::read,
                        staged -> staged.publish(TARGET, Durability.HINT, null))) {
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
