package io.berth.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.name.ByteRange;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects of unknown length: all or nothing. */
abstract class WriterContract extends StoreFixture {

    @ParameterizedTest
    @EnumSource(Durability.class)
    void publishesWhatWasWritten(Durability durability) {
        try (ObjectWriter writer = store().write(key("a/b/c"))) {
            writer.write(bytes("..one.."), 2, 3);
            writer.write(bytes("two"), 0, 3);
            writer.write(bytes("nothing"), 3, 0);
            writer.publish(durability, null);
        }

        assertThat(read("a/b/c")).isEqualTo("onetwo");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8 << 20, (20 << 20) + 1})
    void takesObjectsOfAnySize(int size) throws IOException {
        byte[] content = randomBytes(size);

        try (ObjectWriter writer = store().write(key("large"))) {
            for (int at = 0; at < size; at += 300_000) {
                writer.write(content, at, Math.min(300_000, size - at));
            }
            writer.publish(Durability.HINT, null);
        }

        assertThat(store().head(key("large")).size()).isEqualTo(size);
        assertThat(Arrays.equals(open("large", ByteRange.all(size)), content)).isTrue();
    }

    @Test
    void anObjectMayBeEmpty() {
        try (ObjectWriter writer = store().write(key("empty"))) {
            writer.publish(Durability.HINT, null);
        }

        assertThat(read("empty")).isEmpty();
    }

    @Test
    void theArrayMayBeUsedAgain() {
        byte[] buffer = bytes("one");
        try (ObjectWriter writer = store().write(key("a"))) {
            writer.write(buffer, 0, 3);
            System.arraycopy(bytes("two"), 0, buffer, 0, 3);
            writer.write(buffer, 0, 3);
            Arrays.fill(buffer, (byte) 'x');
            writer.publish(Durability.HINT, null);
        }

        assertThat(read("a")).isEqualTo("onetwo");
    }

    @Test
    void nothingIsVisibleBeforeItIsPublished() {
        try (ObjectWriter writer = store().write(key("a/b"))) {
            writer.write(randomBytes(6 << 20), 0, 6 << 20);

            assertNotFound(() -> store().head(key("a/b")));
            assertThat(keys()).isEmpty();

            writer.publish(Durability.HINT, null);
            assertThat(keys()).containsExactly("a/b");
        }
    }

    @Test
    void nothingRemainsOfWhatIsNotPublished() {
        try (ObjectWriter writer = store().write(key("a/b"))) {
            writer.write(randomBytes(6 << 20), 0, 6 << 20);
        }
        store().write(key("a/c")).close();

        assertNotFound(() -> store().head(key("a/b")));
        assertThat(keys()).isEmpty();
    }

    @Test
    void anOldObjectIsThereUntilItIsReplaced() {
        put("a", "old");
        try (ObjectWriter writer = store().write(key("a"))) {
            writer.write(bytes("dropped"), 0, 7);
        }
        assertThat(read("a")).isEqualTo("old");

        try (ObjectWriter writer = store().write(key("a"))) {
            writer.write(bytes("new"), 0, 3);
            assertThat(read("a")).isEqualTo("old");
            writer.publish(Durability.HINT, null);
            assertThat(read("a")).isEqualTo("new");
        }
        assertThat(read("a")).isEqualTo("new");
    }

    @Test
    void closingTwiceIsHarmless() {
        ObjectWriter writer = store().write(key("a"));
        writer.write(bytes("new"), 0, 3);
        writer.publish(Durability.HINT, null);
        writer.close();
        writer.close();

        assertThat(read("a")).isEqualTo("new");
    }

    @Test
    void nothingCanBeWrittenAfterwards() {
        ObjectWriter published = store().write(key("a"));
        published.publish(Durability.HINT, null);
        ObjectWriter closed = store().write(key("b"));
        closed.close();

        for (ObjectWriter writer : new ObjectWriter[] {published, closed}) {
            assertThatThrownBy(() -> writer.write(new byte[1], 0, 1))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> writer.publish(Durability.HINT, null))
                    .isInstanceOf(IllegalStateException.class);
        }
        assertThat(keys()).containsExactly("a");
    }

    @Test
    void manyWritersOfOneKeyLeaveOneWholeObject() throws Exception {
        Threads.run(
                8,
                thread -> {
                    byte[] content = new byte[100_000];
                    Arrays.fill(content, (byte) ('0' + thread));
                    try (ObjectWriter writer = store().write(key("a/b"))) {
                        writer.write(content, 0, 50_000);
                        writer.write(content, 50_000, 50_000);
                        writer.publish(Durability.HINT, null);
                    }
                });

        assertThat(read("a/b")).hasSize(100_000).matches("(.)\\1*");
    }
}
