package io.berth.object.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.object.Condition;
import io.berth.object.ListRequest;
import io.berth.object.Listing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a page of a listing costs, in calls, and what is remembered. */
class DiskListingTest extends DiskFixture {

    private static final FileTime LONG_AGO = FileTime.from(Instant.now().minusSeconds(60));

    private List<String> createFiles(String folder, int count) throws IOException {
        List<String> names = new ArrayList<>();
        Files.createDirectories(root.resolve(folder));
        for (int i = 0; i < count; i++) {
            String name = folder + "/" + (100_000 + i);
            Files.createFile(root.resolve(name));
            names.add(name);
        }
        return names;
    }

    private void settle(String folder) throws IOException {
        Files.setLastModifiedTime(root.resolve(folder), LONG_AGO);
    }

    private static String[] attributesOf(List<String> names) {
        return names.stream().map(name -> "attributes of /" + name).toArray(String[]::new);
    }

    @Test
    void aPageLooksAtItsOwnFilesAndOneBeforeAndOneBehind() throws IOException {
        List<String> names = createFiles("many", 20_000);
        settle("many");

        assertThat(page(null)).isEqualTo(names.subList(0, 100));
        assertThat(calls.made())
                .startsWith("attributes of /many", "children of /many")
                .endsWith(attributesOf(names.subList(0, 101)))
                .hasSize(2 + 101);

        assertThat(page(names.get(9_999))).isEqualTo(names.subList(10_000, 10_100));
        assertThat(calls.made())
                .contains("attributes of /many")
                .contains(attributesOf(names.subList(9_999, 10_101)))
                .hasSize(1 + 102);

        assertThat(page(names.get(19_989))).isEqualTo(names.subList(19_990, 20_000));
        assertThat(calls.made())
                .contains("attributes of /many")
                .contains(attributesOf(names.subList(19_989, 20_000)))
                .hasSize(1 + 11);
    }

    private List<String> page(@Nullable String startAfter) {
        Listing page = store.list(new ListRequest("many/", startAfter, true, 100));
        assertThat(page.more()).isEqualTo(page.keys().size() == 100);
        return page.keys();
    }

    @Test
    void aListingOfSeveralPagesReadsAFolderThatChangesOnce() throws IOException {
        List<String> names = createFiles("many", 250);
        List<String> listed = new ArrayList<>();
        calls.made();

        Listing page = new Listing(List.of(), true);
        while (page.more()) {
            String last = listed.isEmpty() ? null : listed.getLast();
            page =
                    store.list(
                            new ListRequest("many/", last, false, 100)
                                    .continuing(page.continuation()));
            listed.addAll(page.keys());
            assertThat(listed).doesNotHaveDuplicates();
            Files.createFile(root.resolve("many/0" + listed.size()));
        }

        assertThat(listed).isEqualTo(names);
        assertThat(calls.made()).containsOnlyOnce("children of /many");
        assertThat(list("many/", null, false, 1000)).hasSize(250 + 3);
    }

    @Test
    void thatANameIsAFolderIsRememberedWithTheNames() throws IOException {
        for (int i = 100; i < 200; i++) {
            put("many/" + i + "/x", "");
        }
        settle("many");
        List<String> folders = list("many/", null, true, 1000);
        calls.made();

        assertThat(list("many/", null, true, 1000)).isEqualTo(folders).hasSize(100);
        assertThat(calls.made()).containsExactly("attributes of /many");

        store.delete(key("many/150/x"), Condition.always());
        put("many/150", "a file now");
        assertThat(list("many/", null, true, 1000))
                .contains("many/150")
                .doesNotContain("many/150/");
    }

    @Test
    void aFoldedFolderIsNotLookedInto() throws IOException {
        put("tags/v1/current/link", "1");
        put("tags/v2/current/link", "2");
        put("tags/v3/current/link", "3");
        calls.made();

        assertThat(list("tags/", "tags/v1/", true, 1)).containsExactly("tags/v2/");

        assertThat(calls.made())
                .containsExactly(
                        "attributes of /tags",
                        "children of /tags",
                        "attributes of /tags/v2",
                        "attributes of /tags/v3");
    }

    @Test
    void foldersBeforeThePageAreNotEntered() throws IOException {
        put("r/a/1", "");
        put("r/b/1", "");
        put("r/b/2", "");
        put("r/c/1", "");
        calls.made();

        assertThat(list("r/", "r/b/1", false, 1)).containsExactly("r/b/2");

        assertThat(calls.made())
                .containsExactly(
                        "attributes of /r",
                        "children of /r",
                        "attributes of /r/b",
                        "children of /r/b",
                        "attributes of /r/b/1", // might be a folder, with keys that come later
                        "attributes of /r/b/2",
                        "attributes of /r/c",
                        "children of /r/c",
                        "attributes of /r/c/1");
    }

    @Test
    void whatAnotherProcessAddsAndRemovesIsSeen() throws IOException {
        List<String> names = new ArrayList<>(createFiles("many", 200));
        settle("many");
        assertThat(list("many/", null, false, 1000)).isEqualTo(names);

        Files.createFile(root.resolve("many/added"));
        names.add("many/added");
        assertThat(list("many/", null, false, 1000)).isEqualTo(names);
        settle("many");
        assertThat(list("many/", null, false, 1000)).isEqualTo(names);

        Files.delete(root.resolve("many/100050"));
        names.remove("many/100050");
        assertThat(list("many/", null, false, 1000)).isEqualTo(names);
    }

    @Test
    void aFolderThatChangedJustNowIsReadAgain() throws IOException {
        List<String> names = new ArrayList<>(createFiles("many", 200));
        FileTime now = FileTime.from(Instant.now());
        Files.setLastModifiedTime(root.resolve("many"), now);
        assertThat(list("many/", null, false, 1000)).isEqualTo(names);

        Files.createFile(root.resolve("many/added"));
        Files.setLastModifiedTime(root.resolve("many"), now); // within the same tick of a clock

        names.add("many/added");
        assertThat(list("many/", null, false, 1000)).isEqualTo(names);
    }

    @Test
    void anotherFolderOfTheSameNameAndTimeIsReadAgain() throws IOException {
        createFiles("many", 200);
        settle("many");
        assertThat(list("many/", null, false, 1000)).hasSize(200);

        Files.move(root.resolve("many"), root.resolve("old"));
        createFiles("many", 100);
        settle("many");

        assertThat(list("many/", null, false, 1000)).hasSize(100);
    }

    @Test
    void smallFoldersAreNotRemembered() throws IOException {
        createFiles("few", 10);
        settle("few");
        list("few/", null, true, 1);
        calls.made();

        list("few/", null, true, 1);

        assertThat(calls.made()).contains("children of /few");
    }

    @Test
    void filesAndFoldersThatVanishDuringTheListingAreSkipped() throws IOException {
        put("a/1", "");
        put("a/2", "");
        put("a/3/x", "");
        RecordingCalls vanishing =
                new RecordingCalls(root) {
                    @Override
                    public BasicFileAttributes attributes(Path path) throws IOException {
                        if (path.endsWith("a/2")) {
                            Files.delete(path);
                        }
                        var attributes = super.attributes(path);
                        if (path.endsWith("a/3")) {
                            Files.delete(path.resolve("x"));
                            Files.delete(path);
                        }
                        return attributes;
                    }
                };
        DiskStore store = new DiskStore(root, TEMPORARY, vanishing);

        assertThat(store.list(new ListRequest("a/", null, false, 9)).keys()).containsExactly("a/1");
    }

    @Test
    void aFolderOfAClockAheadOfOursIsReadAgain() throws IOException {
        createFiles("many", 100);
        Files.setLastModifiedTime(
                root.resolve("many"),
                FileTime.from(Instant.now().plus(Duration.ofHours(1)))); // a clock ahead of ours
        list("many/", null, true, 1);
        calls.made();

        list("many/", null, true, 1);

        assertThat(calls.made()).contains("children of /many");
    }
}
