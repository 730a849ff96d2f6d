package io.berth.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.object.ObjectStoreException.PreconditionFailed;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Condition and write are one step. */
abstract class ConditionContract extends StoreFixture {

    private static final Version UNKNOWN = new Version("0123456789abcdef");

    private Version putIf(Condition condition, String key, String content) {
        return store().put(key(key), bytes(content), condition, Durability.HINT);
    }

    @Test
    void ifAbsentWritesOnce() {
        putIf(Condition.ifAbsent(), "a/b", "one");

        assertPreconditionFailed(() -> putIf(Condition.ifAbsent(), "a/b", "two"));

        assertThat(read("a/b")).isEqualTo("one");
    }

    @Test
    void ifAbsentWritesAgainAfterADelete() {
        putIf(Condition.ifAbsent(), "a/b", "one");
        store().delete(key("a/b"), Condition.always());

        putIf(Condition.ifAbsent(), "a/b", "two");

        assertThat(read("a/b")).isEqualTo("two");
    }

    @Test
    void ifVersionReplacesWhatWasRead() {
        put("a", "one");

        putIf(Condition.ifVersion(version("a")), "a", "two");

        assertThat(read("a")).isEqualTo("two");
    }

    @Test
    void ifVersionKnowsTheVersionThatPutReturned() {
        Version one = put("a", "one");
        Version two = putIf(Condition.ifVersion(one), "a", "two");
        Version three = putIf(Condition.ifVersion(two), "a", "three");

        assertThat(version("a")).isEqualTo(three);
        assertPreconditionFailed(() -> putIf(Condition.ifVersion(one), "a", "four"));
        assertPreconditionFailed(() -> putIf(Condition.ifVersion(two), "a", "four"));
        assertThat(read("a")).isEqualTo("three");
    }

    @Test
    void versionsOfLargeObjectsDifferInASingleByte() {
        byte[] content = randomBytes(100_000);
        Version one = put("a", content);
        content[99_999]++;
        Version two = put("a", content);

        assertThat(two).isNotEqualTo(one);
        assertThat(version("a")).isEqualTo(two);
        assertPreconditionFailed(() -> putIf(Condition.ifVersion(one), "a", "new"));
        putIf(Condition.ifVersion(two), "a", "new");
    }

    @Test
    void ifVersionDoesNotCreate() {
        assertPreconditionFailed(() -> putIf(Condition.ifVersion(UNKNOWN), "a/b", "one"));

        Version old = put("a/b", "one");
        store().delete(key("a/b"), Condition.always());
        assertPreconditionFailed(() -> putIf(Condition.ifVersion(old), "a/b", "two"));

        assertThat(keys()).isEmpty();
    }

    @Test
    void deleteTakesOnlyTheVersionAskedFor() {
        Version one = put("a", "one");
        Version two = put("a", "two");

        assertPreconditionFailed(() -> store().delete(key("a"), Condition.ifVersion(one)));
        assertThat(read("a")).isEqualTo("two");

        store().delete(key("a"), Condition.ifVersion(two));
        assertThat(keys()).isEmpty();

        assertPreconditionFailed(() -> store().delete(key("a"), Condition.ifVersion(two)));
        assertPreconditionFailed(() -> store().delete(key("a/b"), Condition.ifVersion(two)));
    }

    @Test
    void ofManyWhoCreateExactlyOneWins() throws Exception {
        for (int round = 0; round < 20; round++) {
            String key = "race/" + round + "/link";
            Queue<String> winners = new ConcurrentLinkedQueue<>();

            Threads.run(
                    16,
                    thread -> {
                        try {
                            putIf(Condition.ifAbsent(), key, "by " + thread);
                            winners.add("by " + thread);
                        } catch (PreconditionFailed e) {
                            assertThat(read(key)).startsWith("by ");
                        }
                    });

            assertThat(winners).containsExactly(read(key));
        }
    }

    @Test
    void noUpdateIsLost() throws Exception {
        put("counter", "0");

        Threads.run(
                8,
                thread -> {
                    for (int i = 0; i < 25; i++) {
                        increment();
                    }
                });

        assertThat(read("counter")).isEqualTo("200");
    }

    private void increment() {
        while (true) {
            StoredBytes old = store().read(key("counter"), 100);
            int next = Integer.parseInt(text(old.bytes())) + 1;
            try {
                putIf(Condition.ifVersion(old.version()), "counter", Integer.toString(next));
                return;
            } catch (PreconditionFailed e) {
                // Someone else was faster; once more.
            }
        }
    }

    @Test
    void ofManyWhoDeleteAVersionExactlyOneWins() throws Exception {
        for (int round = 0; round < 20; round++) {
            Version version = put("race/link", "round " + round);
            AtomicInteger winners = new AtomicInteger();

            Threads.run(
                    8,
                    thread -> {
                        try {
                            store().delete(key("race/link"), Condition.ifVersion(version));
                            winners.incrementAndGet();
                        } catch (PreconditionFailed e) {
                            assertNotFound(() -> store().head(key("race/link")));
                        }
                    });

            assertThat(winners).hasValue(1);
        }
    }

    @Test
    void aWriteIsNeverDeletedByWhoExpectedTheOldVersion() throws Exception {
        for (int round = 0; round < 20; round++) {
            Version old = put("race/link", "old");

            Threads.run(
                    2,
                    thread -> {
                        if (thread == 0) {
                            put("race/link", "new");
                        } else {
                            try {
                                store().delete(key("race/link"), Condition.ifVersion(old));
                            } catch (PreconditionFailed e) {
                                // The write came first.
                            }
                        }
                    });

            assertThat(read("race/link")).isEqualTo("new");
        }
    }

    private Version version(String key) {
        return store().read(key(key), 1 << 20).version();
    }
}
