package io.berth.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.berth.name.ByteRange;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a store says and does while its sentinel is there, and when it is not. */
public abstract class SentinelContract extends StoreFixture {

    private static final ObjectKey SENTINEL = key("own/owner");

    @BeforeEach
    void guard() {
        store().put(SENTINEL, bytes("it is me"), Condition.ifAbsent(), Durability.DURABLE);
        store().guardBy(SENTINEL, bytes("it is me"));
        put("a/b", "there");
    }

    private void lose() {
        anotherInstance().delete(SENTINEL, Condition.always());
        awaitDistrust();
    }

    private void write(String key) {
        try (ObjectWriter writer = store().write(key(key))) {
            writer.write(bytes("bytes"), 0, 5);
            writer.publish(Durability.DURABLE, null);
        }
    }

    private void stage(String key, String target) {
        try (StagedObject staged = store().stage(key(key))) {
            staged.append(bytes("bytes"), 0, 5);
            staged.keep();
            staged.publish(key(target), Durability.DURABLE, null);
            staged.discard();
        }
    }

    @Test
    void whileItIsThereAllIsAsEver() {
        assertThatCode(() -> store().verify()).doesNotThrowAnyException();
        assertNotFound(() -> store().head(key("x")));
        assertNotFound(() -> store().read(key("x"), 10));
        assertNotFound(() -> store().open(key("x"), ByteRange.all(1)));
        assertNotFound(() -> store().resume(key("x"), null));
        assertThat(store().list(new ListRequest("x/", null, false, 10)).entries()).isEmpty();
        write("w/1");
        stage("s/1", "w/2");
        store().delete(key("w/1"), Condition.always());
        assertThat(keysSoon()).containsExactly("a/b", "own/owner", "w/2");
    }

    @Test
    void onceItIsGoneNothingIsCalledAbsent() {
        lose();

        assertUnavailable(() -> store().verify());
        assertUnavailable(() -> store().head(key("x")));
        assertUnavailable(() -> store().read(key("x"), 10));
        assertUnavailable(() -> store().open(key("x"), ByteRange.all(1)));
        assertUnavailable(() -> store().open(key("x"), ByteRange.all(0)));
        assertUnavailable(() -> store().resume(key("x"), null));
        assertUnavailable(() -> store().list(new ListRequest("x/", null, false, 10)));
        assertUnavailable(() -> store().list(new ListRequest("", "z", true, 10)));
    }

    @Test
    void onceItIsGoneNothingIsWritten() {
        lose();

        byte[] content = bytes("other");
        for (Condition condition :
                List.of(
                        Condition.always(),
                        Condition.ifAbsent(),
                        Condition.ifContent(bytes("there")))) {
            assertUnavailable(
                    () -> store().put(key("a/b"), content, condition, Durability.DURABLE));
            assertUnavailable(() -> store().delete(key("a/b"), condition));
        }
        assertUnavailable(
                () -> store().put(key("h"), bytes(""), Condition.always(), Durability.HINT));
        assertUnavailable(() -> store().deleteAll(List.of(key("a/b"), key("a/c"))));
        assertUnavailable(() -> write("w/1"));
        assertUnavailable(() -> stage("s/1", "w/2"));
        store().forget(List.of(key("a/b")));
        awaitForgotten();
        assertThat(read("a/b")).isEqualTo("there");
        assertThat(keys()).containsExactly("a/b");
    }

    @Test
    void whatWasBegunBeforeIsNotPublished() {
        try (ObjectWriter writer = store().write(key("w/1"));
                StagedObject staged = store().stage(key("s/1"))) {
            writer.write(bytes("bytes"), 0, 5);
            staged.append(bytes("bytes"), 0, 5);
            staged.keep();
            lose();

            assertUnavailable(() -> writer.publish(Durability.DURABLE, null));
            assertUnavailable(() -> staged.publish(key("w/2"), Durability.DURABLE, null));
        }
        assertThat(keys()).noneMatch(key -> key.startsWith("w/"));
    }

    @Test
    void whatIsThereIsReadWithoutIt() throws Exception {
        lose();

        assertThat(read("a/b")).isEqualTo("there");
        assertThat(store().head(key("a/b")).size()).isEqualTo(5);
        assertThat(open("a/b", ByteRange.all(5))).isEqualTo(bytes("there"));
        assertThat(keys()).containsExactly("a/b");
    }

    @Test
    void anotherContentIsNoSentinel() {
        anotherInstance().put(SENTINEL, bytes("it is I"), Condition.always(), Durability.DURABLE);
        awaitDistrust();

        assertUnavailable(() -> store().verify());
        assertUnavailable(() -> store().head(key("x")));
        assertUnavailable(() -> put("x", "new"));
        assertThat(keys()).containsExactly("a/b", "own/owner");
    }
}
