package io.berth.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.name.ByteRange;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every store of objects does. A store's own test extends this and says how to get an empty
 * one.
 */
public abstract class ObjectStoreContract extends StoreFixture {

    @Nested
    class Conditions extends ConditionContract {
        @Override
        protected ObjectStore store() {
            return ObjectStoreContract.this.store();
        }

        @Override
        protected boolean replacesInOneStep() {
            return ObjectStoreContract.this.replacesInOneStep();
        }

        @Override
        protected boolean mayLoseAnswers() {
            return ObjectStoreContract.this.mayLoseAnswers();
        }

        @Override
        protected boolean versionsMayFollowFromBytes() {
            return ObjectStoreContract.this.versionsMayFollowFromBytes();
        }

        @Override
        protected boolean deletesInOneStep() {
            return ObjectStoreContract.this.deletesInOneStep();
        }
    }

    @Nested
    class Listings extends ListingContract {
        @Override
        protected ObjectStore store() {
            return ObjectStoreContract.this.store();
        }
    }

    @Nested
    class Writers extends WriterContract {
        @Override
        protected ObjectStore store() {
            return ObjectStoreContract.this.store();
        }
    }

    @Nested
    class Staging extends StagingContract {
        @Override
        protected ObjectStore store() {
            return ObjectStoreContract.this.store();
        }

        @Override
        protected ObjectStore anotherInstance() {
            return ObjectStoreContract.this.anotherInstance();
        }

        @Override
        protected void awaitForgotten() {
            ObjectStoreContract.this.awaitForgotten();
        }
    }

    @Nested
    class Guarded extends SentinelContract {
        @Override
        protected ObjectStore store() {
            return ObjectStoreContract.this.store();
        }

        @Override
        protected ObjectStore anotherInstance() {
            return ObjectStoreContract.this.anotherInstance();
        }

        @Override
        protected void awaitForgotten() {
            ObjectStoreContract.this.awaitForgotten();
        }

        @Override
        protected void awaitDistrust() {
            ObjectStoreContract.this.awaitDistrust();
        }
    }

    @Nested
    class AgainstAModel extends ModelContract {
        @Override
        protected ObjectStore store() {
            return ObjectStoreContract.this.store();
        }
    }

    @Test
    void whatIsWrittenIsRead() {
        byte[] content = randomBytes(1 << 20);

        put("a/b/c", content);

        assertThat(store().read(key("a/b/c"), 1 << 20)).isEqualTo(content);
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void isReadWhateverItsDurability(Durability durability) {
        store().put(key("a/b"), bytes("content"), Condition.always(), durability);

        assertThat(read("a/b")).isEqualTo("content");
    }

    @Test
    void everyByteIsKept() {
        byte[] content = new byte[256];
        IntStream.range(0, 256).forEach(i -> content[i] = (byte) i);

        put("a", content);

        assertThat(store().read(key("a"), 256)).isEqualTo(content);
    }

    @Test
    void everyCharacterOfAKeyIsKept() {
        putAll("A-Z/a.z/0_9/=+", ".hidden/..x/_/-");

        assertThat(keys()).containsExactly(".hidden/..x/_/-", "A-Z/a.z/0_9/=+");
        assertThat(read("A-Z/a.z/0_9/=+")).isEqualTo("content of A-Z/a.z/0_9/=+");
    }

    @Test
    void keysOfTheGreatestLengthWork() {
        String longest = ("x".repeat(255) + "/").repeat(4);
        longest = longest.substring(0, Math.min(longestKey(), longest.length() - 1));

        putAll(longest);

        assertThat(keys()).containsExactly(longest);
        assertThat(read(longest)).startsWith("content");
    }

    @Test
    void anObjectMayBeEmpty() throws IOException {
        put("empty", "");

        assertThat(store().head(key("empty")).size()).isZero();
        assertThat(read("empty")).isEmpty();
        assertThat(open("empty", ByteRange.all(0))).isEmpty();
        assertThat(keys()).containsExactly("empty");
    }

    @Test
    void overwritingLeavesNothingOfTheOldContent() throws IOException {
        put("a", "a long content");
        put("a", "short");

        assertThat(read("a")).isEqualTo("short");
        assertThat(store().head(key("a")).size()).isEqualTo(5);
        assertThat(open("a", ByteRange.all(5))).isEqualTo(bytes("short"));
    }

    @Test
    void whatTheCallerDoesToItsArraysChangesNothing() {
        byte[] content = bytes("content");
        put("a", content);
        content[0] = 'X';
        store().read(key("a"), 100)[1] = 'X';

        assertThat(read("a")).isEqualTo("content");
    }

    @Test
    void headTellsSizeAndTime() {
        put("a", "12345");

        ObjectInfo info = store().head(key("a"));

        assertThat(info.size()).isEqualTo(5);
        assertThat(Duration.between(info.modified(), Instant.now()).abs())
                .isLessThan(Duration.ofMinutes(1));
    }

    @Test
    void readRefusesMoreThanTheLimit() {
        put("a", "12345");

        assertThat(text(store().read(key("a"), 5))).isEqualTo("12345");
        assertThatExceptionOfType(ObjectStoreException.TooLong.class)
                .isThrownBy(() -> store().read(key("a"), 4))
                .returns(5L, ObjectStoreException.TooLong::size);
    }

    @Test
    void whatIsNotThereIsNotFound() {
        putAll("folder/file");

        for (String absent : List.of("absent", "absent/below", "folder", "folder/file/below")) {
            ObjectKey key = key(absent);
            assertNotFound(() -> store().head(key));
            assertNotFound(() -> store().read(key, 1 << 20));
            assertNotFound(() -> store().read(key, 1));
            assertNotFound(() -> store().open(key, new ByteRange(0, 0)).close());
            assertNotFound(() -> store().resume(key, null).close());
        }
    }

    @Test
    void aFailureTellsItsKey() {
        assertThatThrownBy(() -> store().head(key("some/where")))
                .isInstanceOfSatisfying(
                        ObjectStoreException.NotFound.class,
                        e -> assertThat(e.key()).isEqualTo("some/where"))
                .hasMessageContaining("some/where");
    }

    @Test
    void aRangeIsExact() throws IOException {
        put("a", "0123456789");

        assertThat(text(open("a", new ByteRange(0, 0)))).isEqualTo("0");
        assertThat(text(open("a", new ByteRange(9, 9)))).isEqualTo("9");
        assertThat(text(open("a", new ByteRange(3, 5)))).isEqualTo("345");
        assertThat(text(open("a", new ByteRange(4, 3)))).isEmpty();
        assertThat(text(open("a", new ByteRange(0, 9)))).isEqualTo("0123456789");
    }

    @Test
    void aRangeBeyondTheEndNeverLooksComplete() {
        put("a", "0123456789");

        for (ByteRange range : List.of(new ByteRange(0, 10), new ByteRange(10, 10))) {
            assertThatThrownBy(() -> open("a", range))
                    .isInstanceOfAny(ObjectStoreException.Unavailable.class, IOException.class);
        }
    }

    @Test
    void aStreamCanBeReadByByteSkippedAndLeftEarly() throws IOException {
        put("a", new byte[] {(byte) 0xff, 1, 2, 3, 4, 5});

        try (InputStream in = store().open(key("a"), new ByteRange(0, 4))) {
            assertThat(in.read()).isEqualTo(255);
            in.skipNBytes(2);
            assertThat(in.readNBytes(1)).containsExactly(3);
            assertThat(in.read(new byte[0])).isZero();
            assertThat(in.read()).isEqualTo(4);
            assertThat(in.read()).isEqualTo(-1);
            assertThat(in.read(new byte[10])).isEqualTo(-1);
        }
        store().open(key("a"), ByteRange.all(6)).close();
    }

    @Test
    void readersDoNotDisturbEachOther() throws Exception {
        byte[] content = randomBytes(3 << 20);
        put("a", content);

        Threads.run(
                8,
                thread -> {
                    ByteRange range = new ByteRange(thread * 1000L, content.length - 1);
                    byte[] read = open("a", range);
                    assertThat(read)
                            .hasSize((int) range.length())
                            .endsWith(content[content.length - 1]);
                });
    }

    @Test
    void aReaderNeverSeesAPartOfAWrite() throws Exception {
        byte[] one = "1".repeat(70_000).getBytes();
        byte[] two = "2".repeat(90_000).getBytes();
        put("a", one);

        Threads.run(
                4,
                thread -> {
                    for (int i = 0; i < 100; i++) {
                        if (thread == 0) {
                            put("a", i % 2 == 0 ? two : one);
                        } else {
                            byte[] read = store().read(key("a"), 100_000);
                            assertThat(read).isEqualTo(read[0] == '1' ? one : two);
                        }
                    }
                });
    }

    @Test
    void whatIsDeletedIsGone() {
        putAll("a/b", "a/c");

        store().delete(key("a/b"), Condition.always());

        assertNotFound(() -> store().head(key("a/b")));
        assertThat(keys()).containsExactly("a/c");
    }

    @Test
    void deletingTouchesNoOtherKey() {
        putAll("foo/a", "foo/b/c", "foo2", "foobar/a");

        store().delete(key("foo"), Condition.always());
        store().delete(key("foo/b"), Condition.always());
        store().delete(key("foo/a"), Condition.always());

        assertThat(keys()).containsExactly("foo/b/c", "foo2", "foobar/a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"absent", "absent/below/it", "a/b/below"})
    void deletingWhatIsNotThereSucceeds(String absent) {
        putAll("a/b");

        assertThatCode(() -> store().delete(key(absent), Condition.always()))
                .doesNotThrowAnyException();
        assertThatCode(() -> store().deleteAll(List.of(key(absent)))).doesNotThrowAnyException();
        assertThat(keys()).containsExactly("a/b");
    }

    @Test
    void deletesManyAtOnce() {
        List<ObjectKey> keys = new ArrayList<>();
        for (int i = 0; i < 1100; i++) {
            keys.add(key("many/" + i % 7 + "/" + i));
        }
        keys.forEach(key -> store().put(key, new byte[1], Condition.always(), Durability.HINT));
        putAll("other");
        keys.add(500, key("absent"));

        store().deleteAll(keys);
        store().deleteAll(List.of());

        assertThat(keys()).containsExactly("other");
    }

    @Test
    void whatIsForgottenIsGoneSoon() {
        putAll("a/b", "a/c", "d");

        store().forget(List.of(key("a/b"), key("d"), key("absent")));
        store().forget(List.of());

        assertThat(keysSoon()).containsExactly("a/c");
    }

    @Test
    void whatIsUnfinishedCanBeDropped() {
        put("a/b", "kept");
        store().write(key("a/c")).close();

        store().dropUnfinished("", Instant.now().plusSeconds(3600));

        assertThat(keys()).containsExactly("a/b");
    }

    @Test
    void aKeyCanBeUsedAgainAfterItWasDeleted() {
        put("a/b/c", "one");
        store().delete(key("a/b/c"), Condition.always());

        put("a/b/c", "two");
        assertThat(read("a/b/c")).isEqualTo("two");
        store().delete(key("a/b/c"), Condition.always());

        put("a/b", "what was a folder");
        assertThat(read("a/b")).isEqualTo("what was a folder");
    }

    @Test
    void writersAndDeletersOfOneFolderDoNotDisturbEachOther() throws Exception {
        Threads.run(
                4,
                thread -> {
                    for (int i = 0; i < 200; i++) {
                        String key = "a/b/c/" + thread;
                        store().put(key(key), bytes(key), Condition.always(), Durability.HINT);
                        assertThat(read(key)).isEqualTo(key);
                        store().delete(key(key), Condition.always());
                    }
                });
        assertThat(keys()).isEmpty();
    }
}
