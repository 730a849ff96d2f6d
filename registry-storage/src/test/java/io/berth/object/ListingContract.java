package io.berth.object;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys in the order of their bytes, in pages. */
abstract class ListingContract extends StoreFixture {

    private static final int ALL = 10_000;

    private List<String> keys(String prefix, @Nullable String startAfter) {
        return list(prefix, startAfter, false);
    }

    private List<String> folded(String prefix, @Nullable String startAfter) {
        return list(prefix, startAfter, true);
    }

    private List<String> list(String prefix, @Nullable String startAfter, boolean fold) {
        Listing listing = store().list(new ListRequest(prefix, startAfter, fold, ALL));
        assertThat(listing.more()).isFalse();
        return listing.keys();
    }

    @Test
    void anEmptyStoreListsNothing() {
        assertThat(keys("", null)).isEmpty();
        assertThat(folded("", null)).isEmpty();
        assertThat(keys("a/b/", null)).isEmpty();
    }

    @Test
    void aPrefixThatIsNoneListsNothing() {
        putAll("foo/a");

        assertThat(keys("bar/", null)).isEmpty();
        assertThat(keys("foo/a/", null)).isEmpty();
        assertThat(folded("foo/bar/baz/", null)).isEmpty();
    }

    @Test
    void aPrefixEndsAtItsSlash() {
        putAll("foo/a", "foo-bar/b", "foobar/c", "foo2");

        assertThat(keys("foo/", null)).containsExactly("foo/a");
        assertThat(folded("foo/", null)).containsExactly("foo/a");
    }

    @Test
    void keysSortByBytesAndNotByFolders() {
        putAll("a/x", "a-b/x", "a.b/x", "a0/x", "a+/x", "a=/x", "A/x", "a_/x", "aa/x", "a-/x");

        assertThat(keys("", null))
                .containsExactly(
                        "A/x", "a+/x", "a-/x", "a-b/x", "a.b/x", "a/x", "a0/x", "a=/x", "a_/x",
                        "aa/x");
        assertThat(folded("", null))
                .containsExactly(
                        "A/", "a+/", "a-/", "a-b/", "a.b/", "a/", "a0/", "a=/", "a_/", "aa/");
    }

    @Test
    void filesAndFoldersSortTogether() {
        putAll(
                "t/v1.0",
                "t/v1/x",
                "t/v1-rc/x",
                "t/v1-rc.1",
                "t/v1-r",
                "t/v10",
                "t/v1.0.1/x",
                "t/v");

        assertThat(folded("t/", null))
                .containsExactly(
                        "t/v",
                        "t/v1-r",
                        "t/v1-rc.1",
                        "t/v1-rc/",
                        "t/v1.0",
                        "t/v1.0.1/",
                        "t/v1/",
                        "t/v10");
    }

    @Test
    void foldersAreFoldedToOneEntry() {
        putAll("r/a/1", "r/a/2", "r/b", "r/c/d/e/f", "other/x");

        assertThat(folded("r/", null)).containsExactly("r/a/", "r/b", "r/c/");
        assertThat(folded("", null)).containsExactly("other/", "r/");
        assertThat(folded("r/c/", null)).containsExactly("r/c/d/");
    }

    @Test
    void aFolderIsGoneWithItsLastObject() {
        putAll("r/a/b/c/1", "r/d");

        store().delete(key("r/a/b/c/1"), Condition.always());

        assertThat(folded("r/", null)).containsExactly("r/d");
        assertThat(folded("r/a/", null)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'', 'r/a-1 r/a/x r/a/y r/a0 r/b/x'",
        "'r', 'r/a-1 r/a/x r/a/y r/a0 r/b/x'",
        "'r/', 'r/a-1 r/a/x r/a/y r/a0 r/b/x'",
        "'r/a', 'r/a-1 r/a/x r/a/y r/a0 r/b/x'",
        "'r/a-1', 'r/a/x r/a/y r/a0 r/b/x'",
        "'r/a-1/', 'r/a/x r/a/y r/a0 r/b/x'",
        "'r/a.', 'r/a/x r/a/y r/a0 r/b/x'",
        "'r/a/', 'r/a/x r/a/y r/a0 r/b/x'",
        "'r/a/x', 'r/a/y r/a0 r/b/x'",
        "'r/a/x/deep/below', 'r/a/y r/a0 r/b/x'",
        "'r/a/y', 'r/a0 r/b/x'",
        "'r/a/z', 'r/a0 r/b/x'",
        "'r/a0', 'r/b/x'",
        "'r/b', 'r/b/x'",
        "'r/b/x', ''",
        "'r/z', ''",
        "'z', ''",
        "'q', 'r/a-1 r/a/x r/a/y r/a0 r/b/x'"
    })
    void startsBehindAnyText(String startAfter, String expected) {
        putAll("r/a-1", "r/a/x", "r/a/y", "r/a0", "r/b/x", "q/before", "s/behind");

        assertThat(String.join(" ", keys("r/", startAfter))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "'', 'r/a-1 r/a/ r/a0 r/b/'",
        "'r/a', 'r/a-1 r/a/ r/a0 r/b/'",
        "'r/a-1', 'r/a/ r/a0 r/b/'",
        "'r/a-2', 'r/a/ r/a0 r/b/'",
        "'r/a/', 'r/a0 r/b/'",
        "'r/a/x', 'r/a0 r/b/'",
        "'r/a/zz', 'r/a0 r/b/'",
        "'r/a0', 'r/b/'",
        "'r/b', 'r/b/'",
        "'r/b/', ''",
        "'r/b/w', ''"
    })
    void aFoldedFolderSortsAsItself(String startAfter, String expected) {
        putAll("r/a-1", "r/a/x", "r/a/y", "r/a0", "r/b/x", "q/before", "s/behind");

        assertThat(String.join(" ", folded("r/", startAfter))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000})
    void pagesOfAnySizeGiveTheWholeList(int limit) {
        putAll("p/a-b/1", "p/a.b/1", "p/a/1", "p/a/2", "p/a/b/3", "p/a0", "p/b", "p/c/1", "q");

        for (boolean continued : new boolean[] {false, true}) {
            assertThat(paged("p/", false, limit, continued)).isEqualTo(keys("p/", null)).hasSize(8);
            assertThat(paged("p/", true, limit, continued))
                    .isEqualTo(folded("p/", null))
                    .hasSize(6);
        }
    }

    private List<String> paged(String prefix, boolean fold, int limit, boolean continued) {
        List<String> all = new ArrayList<>();
        Listing page = new Listing(List.of(), true);
        while (page.more()) {
            page = next(prefix, fold, limit, all, continued ? page.continuation() : null);
            assertThat(page.keys()).hasSizeLessThanOrEqualTo(limit);
            assertThat(page.more() && page.keys().isEmpty()).isFalse();
            all.addAll(page.keys());
            assertThat(all).doesNotHaveDuplicates();
        }
        return all;
    }

    private Listing next(
            String prefix,
            boolean fold,
            int limit,
            List<String> before,
            @Nullable Continuation continuation) {
        String last = before.isEmpty() ? null : before.getLast();
        return store().list(new ListRequest(prefix, last, fold, limit).continuing(continuation));
    }

    @Test
    void aPageThatContinuesNothingKnowsWhatWasWrittenSinceTheOneBefore() {
        putAll("p/1", "p/2", "p/3");
        Listing first = store().list(new ListRequest("p/", null, false, 2));

        putAll("p/4");

        assertThat(first.keys()).containsExactly("p/1", "p/2");
        assertThat(keys("p/", "p/2")).containsExactly("p/3", "p/4");
        assertThat(next("p/", false, 2, first.keys(), first.continuation()).keys())
                .startsWith("p/3");
    }

    private List<Listing.Entry> entries(boolean fold) {
        return store().list(new ListRequest("p/", null, fold, ALL).withInfo()).entries();
    }

    @Test
    void infoIsListedForObjectsOnlyAndOnlyWhenAskedFor() {
        putAll("p/1", "p/a/2");

        assertThat(store().list(new ListRequest("p/", null, true, ALL)).entries())
                .extracting(Listing.Entry::info)
                .containsOnlyNulls();
        assertThat(entries(true)).extracting(Listing.Entry::key).containsExactly("p/1", "p/a/");
        assertThat(entries(true).getFirst().info()).isNotNull();
        assertThat(entries(true).getLast().info()).isNull();
        assertThat(entries(false)).extracting(Listing.Entry::info).doesNotContainNull();
    }

    /** The large one is written in parts where a store does that. */
    @Test
    void theInfoThatIsListedIsThatOfHead() {
        put("p/empty", "");
        put("p/small", "content");
        writeLarge("p/large", 1);
        put("p/folder/deep", "content");

        List<Listing.Entry> listed = entries(false);

        assertThat(listed)
                .extracting(Listing.Entry::key)
                .containsExactly("p/empty", "p/folder/deep", "p/large", "p/small");
        for (Listing.Entry entry : listed) {
            ObjectInfo head = store().head(key(entry.key()));
            ObjectInfo info = Objects.requireNonNull(entry.info());
            assertThat(info.size()).as(entry.key()).isEqualTo(head.size());
            assertThat(info.version()).as(entry.key()).isEqualTo(head.version());
            assertThat(Duration.between(info.modified(), head.modified()).abs())
                    .as(entry.key())
                    .isLessThanOrEqualTo(Duration.ofSeconds(1));
        }
    }

    @Test
    void whatIsListedCanBeDeletedUnlessItWasWrittenSince() {
        put("p/1", "one");
        put("p/2", "two");
        writeLarge("p/3", 1);
        writeLarge("p/4", 1);
        List<Listing.Entry> listed = entries(false);
        put("p/2", "another");
        writeLarge("p/4", 2);

        for (Listing.Entry entry : listed) {
            ObjectInfo info = Objects.requireNonNull(entry.info());
            try {
                store().delete(key(entry.key()), Condition.ifUnchanged(info.version()));
            } catch (ObjectStoreException.PreconditionFailed e) {
                assertThat(entry.key()).isIn("p/2", "p/4");
            }
        }

        assertThat(keys()).containsExactly("p/2", "p/4");
    }

    @Test
    void pagesOfInfoGoOnWithInfo() {
        putAll("p/1", "p/2", "p/3");
        ListRequest request = new ListRequest("p/", null, false, 2).withInfo();

        Listing first = store().list(request);
        Listing second =
                store().list(
                                new ListRequest("p/", "p/2", false, 2)
                                        .withInfo()
                                        .continuing(first.continuation()));

        assertThat(second.entries())
                .singleElement()
                .extracting(Listing.Entry::info)
                .isEqualTo(entries(false).getLast().info());
    }

    @Test
    void moreThanAThousandKeysAreAllListed() {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 1234; i++) {
            String key = "many/" + (10_000 + i);
            expected.add(key);
            store().put(key(key), new byte[0], Condition.always(), Durability.HINT);
        }

        assertThat(paged("many/", false, 1000, false)).isEqualTo(expected);
        assertThat(paged("many/", false, 500, true)).isEqualTo(expected);
    }
}
