package io.berth.registry;

import static io.berth.registry.TestContent.pushImage;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.error.ErrorCode;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What lists of tags and repositories must do: order, and pages of any size. */
abstract class RegistryListerContract extends RoleContract {

    @Test
    void tagsComeInOrderOfTheirBytesOnPagesOfAnySize() {
        TreeSet<String> expected =
                new TreeSet<>(
                        List.of(
                                "1.0",
                                "1.0-alpine",
                                "1.0.1",
                                "1.0.1-rc.1",
                                "1.0_x",
                                "10",
                                "1",
                                "A",
                                "a",
                                "a-b",
                                "a.b",
                                "a.b-c",
                                "a0",
                                "a_b",
                                "b",
                                "Z",
                                "_"));
        pushImage(registry(), REPOSITORY, "many", expected.toArray(String[]::new));

        for (int limit : new int[] {1, 2, 3, 5, 16, 17, 18, 1000}) {
            assertThat(allTags(limit)).containsExactlyElementsOf(expected);
        }
        for (String after : List.of("", "0", "1", "1.0", "1.0-", "1.0.1-rc", "a", "a-b", "z")) {
            assertThat(registry().tags(REPOSITORY, new PageRequest(after, 100)).items())
                    .as("after %s", after)
                    .extracting(Tag::value)
                    .containsExactlyElementsOf(expected.tailSet(after, false));
        }
    }

    private List<String> allTags(int limit) {
        List<String> all = new ArrayList<>();
        String after = null;
        while (true) {
            Page<Tag> page = registry().tags(REPOSITORY, new PageRequest(after, limit));
            page.items().forEach(tag -> all.add(tag.value()));
            assertThat(all).doesNotHaveDuplicates();
            if (!page.more()) {
                return all;
            }
            assertThat(page.items()).hasSize(limit);
            after = page.items().getLast().value();
        }
    }

    @Test
    void anUnknownRepositoryHasNoTagList() {
        assertFails(
                ErrorCode.NAME_UNKNOWN,
                () -> registry().tags(RepositoryName.of("no/such"), PageRequest.first(10)));
    }

    @Test
    void aRepositoryWithoutTagsHasAnEmptyList() {
        pushImage(registry(), REPOSITORY, "untagged");

        assertThat(registry().tags(REPOSITORY, PageRequest.first(10)))
                .isEqualTo(new Page<Tag>(List.of(), false));
    }

    @Test
    void repositoriesComeInOrderOfTheirBytesOnPagesOfAnySize() {
        TreeSet<String> expected =
                new TreeSet<>(
                        List.of(
                                "a", "a/b", "a/b/c", "a-b", "a-b/c", "a.b/c", "a0", "b/x", "b/x/y",
                                "b/x-1", "b/x.1/z", "c__d/e", "zz/top"));
        expected.forEach(name -> pushImage(registry(), RepositoryName.of(name), "same", "v1"));

        for (int limit : new int[] {1, 2, 3, 12, 13, 14, 1000}) {
            assertThat(allRepositories(limit)).containsExactlyElementsOf(expected);
        }
        for (String after : List.of("", "a", "a-b", "a/", "a/b", "a/b/c", "a/b/d", "b/x-", "zz")) {
            assertThat(registry().repositories(new PageRequest(after, 100), _ -> true).items())
                    .as("after %s", after)
                    .extracting(RepositoryName::value)
                    .containsExactlyElementsOf(expected.tailSet(after, false));
        }
    }

    private List<String> allRepositories(int limit) {
        return allRepositories(limit, _ -> true);
    }

    /** Page by page, of which all but the last are full: so few are hidden. */
    private List<String> allRepositories(int limit, Predicate<RepositoryName> visible) {
        List<String> all = new ArrayList<>();
        String after = null;
        while (true) {
            Page<RepositoryName> page =
                    registry().repositories(new PageRequest(after, limit), visible);
            page.items().forEach(name -> all.add(name.value()));
            assertThat(all).doesNotHaveDuplicates();
            if (!page.more()) {
                return all;
            }
            assertThat(page.items()).hasSize(limit);
            after = page.next() == null ? page.items().getLast().value() : page.next();
        }
    }

    @Test
    void repositoriesThatACallerMayNotSeeAreLeftOutOfFullPages() {
        List<String> names = List.of("a", "a/b", "a/b/c", "a-b", "a.b/c", "b", "b/x", "c/d", "d");
        names.forEach(name -> pushImage(registry(), RepositoryName.of(name), "same", "v1"));

        for (int limit : new int[] {1, 2, 3, 1000}) {
            for (String seen : List.of("a", "a-b", "b/x", "d")) {
                assertThat(allRepositories(limit, name -> name.value().equals(seen)))
                        .containsExactly(seen);
            }
            assertThat(allRepositories(limit, name -> name.value().contains("/")))
                    .containsExactly("a.b/c", "a/b", "a/b/c", "b/x", "c/d");
            assertThat(allRepositories(limit, _ -> false)).isEmpty();
        }
        assertThat(
                        registry()
                                .repositories(
                                        new PageRequest("b", 10),
                                        name -> !name.value().startsWith("b"))
                                .items())
                .extracting(RepositoryName::value)
                .containsExactly("c/d", "d");
    }
}
