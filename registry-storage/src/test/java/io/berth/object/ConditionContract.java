package io.berth.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.object.ObjectStoreException.OutcomeUnknown;
import io.berth.object.ObjectStoreException.PreconditionFailed;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Condition and write are one step. */
abstract class ConditionContract extends StoreFixture {

    private static Condition holding(String content) {
        return Condition.ifContent(bytes(content));
    }

    private void putIf(Condition condition, String key, String content) {
        store().put(key(key), bytes(content), condition, Durability.HINT);
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
    void ifContentReplacesWhatIsExpected() {
        put("a", "one");

        putIf(holding("one"), "a", "two");
        putIf(holding("two"), "a", "three");

        assertPreconditionFailed(() -> putIf(holding("one"), "a", "four"));
        assertPreconditionFailed(() -> putIf(holding("two"), "a", "four"));
        assertPreconditionFailed(() -> putIf(holding(""), "a", "four"));
        assertPreconditionFailed(() -> putIf(holding("three!"), "a", "four"));
        assertThat(read("a")).isEqualTo("three");
    }

    @Test
    void anEmptyContentIsOne() {
        put("a", "");

        assertPreconditionFailed(() -> putIf(Condition.ifAbsent(), "a", "one"));
        putIf(holding(""), "a", "one");

        assertThat(read("a")).isEqualTo("one");
    }

    @Test
    void contentsDifferInASingleByte() {
        byte[] content = randomBytes(100_000);
        put("a", content);
        byte[] other = content.clone();
        other[99_999]++;

        assertPreconditionFailed(() -> putIf(Condition.ifContent(other), "a", "new"));
        putIf(Condition.ifContent(content), "a", "new");
    }

    @Test
    void ifContentDoesNotCreate() {
        assertPreconditionFailed(() -> putIf(holding("one"), "a/b", "two"));
        assertPreconditionFailed(() -> putIf(holding(""), "a/b", "two"));

        put("a/b", "one");
        store().delete(key("a/b"), Condition.always());
        assertPreconditionFailed(() -> putIf(holding("one"), "a/b", "two"));

        assertThat(keys()).isEmpty();
    }

    @Test
    void deleteTakesOnlyTheContentAskedFor() {
        put("a", "two");

        assertPreconditionFailed(() -> store().delete(key("a"), holding("one")));
        assertThat(read("a")).isEqualTo("two");

        store().delete(key("a"), holding("two"));
        assertThat(keys()).isEmpty();

        assertPreconditionFailed(() -> store().delete(key("a"), holding("two")));
        assertPreconditionFailed(() -> store().delete(key("a/b"), holding("two")));
    }

    private Version version(String key) {
        return store().get(key(key), 1 << 20).version();
    }

    @Test
    void aVersionComesWithTheContent() {
        put("a", "one");

        assertThat(text(store().get(key("a"), 3).bytes())).isEqualTo("one");
        assertThat(version("a")).isEqualTo(version("a"));
        assertNotFound(() -> store().get(key("b"), 3));
        assertThatThrownBy(() -> store().get(key("a"), 2))
                .isInstanceOf(ObjectStoreException.TooLong.class);
    }

    @Test
    void ifUnchangedReplacesWhatWasSeen() {
        put("a", "one");
        Version first = version("a");

        putIf(Condition.ifUnchanged(first), "a", "two");

        Version second = version("a");
        assertThat(second).isNotEqualTo(first);
        assertPreconditionFailed(() -> putIf(Condition.ifUnchanged(first), "a", "three"));
        assertThat(read("a")).isEqualTo("two");
        putIf(Condition.ifUnchanged(second), "a", "three");
        assertThat(read("a")).isEqualTo("three");
    }

    @Test
    void headTellsTheVersionThatComesWithTheContent() {
        put("a", "one");
        writeLarge("b", 1);

        assertThat(store().head(key("a")).version()).isEqualTo(version("a"));
        assertThat(store().head(key("b")).version())
                .isEqualTo(store().get(key("b"), 1 << 24).version());
    }

    /** Written in parts where a store does that. */
    @Test
    void aLargeObjectIsDeletedOnlyInTheVersionAskedFor() {
        writeLarge("a", 1);
        Version first = store().head(key("a")).version();
        writeLarge("a", 2);
        Version second = store().head(key("a")).version();

        assertThat(second).isNotEqualTo(first);
        assertPreconditionFailed(() -> store().delete(key("a"), Condition.ifUnchanged(first)));
        assertThat(store().head(key("a")).version()).isEqualTo(second);
        store().delete(key("a"), Condition.ifUnchanged(second));
        assertThat(keys()).isEmpty();
    }

    @Test
    void aLargeObjectIsReplacedOnlyInTheVersionAskedFor() {
        writeLarge("a", 1);
        Version first = store().head(key("a")).version();
        writeLarge("a", 2);
        Version second = store().head(key("a")).version();

        assertPreconditionFailed(() -> putIf(Condition.ifUnchanged(first), "a", "small"));
        assertThat(store().head(key("a")).version()).isEqualTo(second);
        putIf(Condition.ifUnchanged(second), "a", "small");
        assertThat(read("a")).isEqualTo("small");
        assertPreconditionFailed(() -> putIf(Condition.ifUnchanged(second), "a", "again"));
    }

    @Test
    void ifUnchangedDoesNotCreate() {
        put("a/b", "one");
        Version seen = version("a/b");
        store().delete(key("a/b"), Condition.always());

        assertPreconditionFailed(() -> putIf(Condition.ifUnchanged(seen), "a/b", "two"));

        assertThat(keys()).isEmpty();
    }

    @Test
    void deleteTakesOnlyTheVersionAskedFor() {
        put("a", "one");
        Version first = version("a");
        put("a", "two");

        assertPreconditionFailed(() -> store().delete(key("a"), Condition.ifUnchanged(first)));
        assertThat(read("a")).isEqualTo("two");

        Version second = version("a");
        store().delete(key("a"), Condition.ifUnchanged(second));
        assertThat(keys()).isEmpty();
        assertPreconditionFailed(() -> store().delete(key("a"), Condition.ifUnchanged(second)));
    }

    /** ABA: who saw the first write must not take the second for it, where the store can tell. */
    @Test
    void twoWritesOfEqualBytesHaveVersionsOfTheirOwn() {
        put("a", "one");
        Version first = version("a");
        put("a", "two");
        pauseForTheClock();
        put("a", "one");

        if (version("a").equals(first)) {
            assertThat(versionsMayFollowFromBytes()).isTrue();
            store().delete(key("a"), Condition.ifUnchanged(first));
            assertThat(keys()).isEmpty();
        } else {
            assertPreconditionFailed(() -> store().delete(key("a"), Condition.ifUnchanged(first)));
            assertPreconditionFailed(() -> putIf(Condition.ifUnchanged(first), "a", "three"));
            assertThat(read("a")).isEqualTo("one");
        }
    }

    /** Longer than a tick of a file system's clock. */
    private static void pauseForTheClock() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void noUpdateOfAVersionIsLost() throws Exception {
        put("counter", "0 by nobody");
        AtomicInteger doubtful = new AtomicInteger();

        Threads.run(
                8,
                thread -> {
                    for (int i = 0; i < 15; i++) {
                        incrementSeen(thread, doubtful);
                    }
                });

        int least = replacesInOneStep() ? 120 - doubtful.get() : 1;
        assertThat(count(read("counter"))).isBetween(least, 120);
    }

    private void incrementSeen(int thread, AtomicInteger doubtful) {
        while (true) {
            ObjectContent old = store().get(key("counter"), 1 << 20);
            int next = 1 + count(text(old.bytes()));
            try {
                putIf(
                        Condition.ifUnchanged(old.version()),
                        "counter",
                        next + " by " + thread + " at " + System.nanoTime());
                return;
            } catch (PreconditionFailed e) {
                // Another thread was faster; once more.
            } catch (OutcomeUnknown e) {
                doubtful.incrementAndGet(); // perhaps it counted, perhaps not
                return;
            }
        }
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
        put("counter", "0 by nobody");
        AtomicInteger doubtful = new AtomicInteger();

        Threads.run(
                8,
                thread -> {
                    for (int i = 0; i < 25; i++) {
                        increment(thread, doubtful);
                    }
                });

        if (!mayLoseAnswers()) {
            assertThat(doubtful).hasValue(0);
        }
        int least = replacesInOneStep() ? 200 - doubtful.get() : 1;
        assertThat(count(read("counter"))).isBetween(least, 200);
    }

    private static int count(String content) {
        return Integer.parseInt(content.split(" ")[0]);
    }

    /** Who wrote is part of the content: two equal ones cannot be told apart. */
    private void increment(int thread, AtomicInteger doubtful) {
        while (true) {
            String old = read("counter");
            try {
                putIf(holding(old), "counter", 1 + count(old) + " by " + thread);
                return;
            } catch (PreconditionFailed e) {
                // Someone else was faster; once more.
            } catch (OutcomeUnknown e) {
                doubtful.incrementAndGet(); // perhaps it counted, perhaps not
                return;
            }
        }
    }

    @Test
    void ofManyWhoDeleteAContentExactlyOneWins() throws Exception {
        for (int round = 0; round < 20; round++) {
            String content = "round " + round;
            put("race/link", content);
            AtomicInteger winners = new AtomicInteger();

            Threads.run(
                    8,
                    thread -> {
                        try {
                            store().delete(key("race/link"), holding(content));
                            winners.incrementAndGet();
                        } catch (PreconditionFailed e) {
                            assertNotFound(() -> store().head(key("race/link")));
                        }
                    });

            if (deletesInOneStep()) {
                assertThat(winners).hasValue(1);
            } else {
                assertThat(winners).hasValueBetween(1, 8);
            }
        }
    }

    @Test
    void aWriteIsNeverDeletedByWhoExpectedTheOldContent() throws Exception {
        for (int round = 0; round < 20; round++) {
            put("race/link", "old");

            Threads.run(
                    2,
                    thread -> {
                        if (thread == 0) {
                            put("race/link", "new");
                        } else {
                            try {
                                store().delete(key("race/link"), holding("old"));
                            } catch (PreconditionFailed e) {
                                // The write came first.
                            }
                        }
                    });

            if (deletesInOneStep() || keys().contains("race/link")) {
                assertThat(read("race/link")).isEqualTo("new");
            }
        }
    }
}
