package io.berth.object.disk.folder;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.object.disk.Allocated;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SortedNamesTest {

    private static List<String> all(SortedNames names) {
        return behind(names, "");
    }

    private static List<String> behind(SortedNames names, String text) {
        List<String> found = new ArrayList<>();
        SortedNames.Cursor cursor = names.after(text);
        while (cursor.next()) {
            found.add(cursor.name());
        }
        return found;
    }

    private static SortedNames numbered(int count) {
        return SortedNames.of(
                new ArrayList<>(
                        IntStream.range(0, count)
                                .mapToObj(i -> "build-" + (100_000 + i))
                                .toList()));
    }

    @Test
    void comeInOrderAndTakeLittleMemory() {
        List<String> names =
                new ArrayList<>(IntStream.range(0, 1000).mapToObj(i -> "v" + i).toList());

        SortedNames folder = SortedNames.of(names);

        assertThat(all(folder)).isSorted().hasSize(1000);
        assertThat(folder.count()).isEqualTo(1000);
        assertThat(folder.weight())
                .isBetween(10 * 2L + 90 * 3 + 900 * 4 + 3000, 10 * 2L + 90 * 3 + 900 * 4 + 3600);
        assertThat(behind(folder, "v5").getFirst()).isEqualTo("v50");
        assertThat(behind(folder, "v499z").getFirst()).isEqualTo("v5");
        assertThat(behind(folder, "w")).isEmpty();
        assertThat(folder.last()).isEqualTo("v999");
        assertThat(folder.contains("v999")).isTrue();
        assertThat(folder.contains("v1000")).isFalse();
        assertThat(folder.contains("")).isFalse();
    }

    @Test
    void changeAsASortedSetDoes() {
        Random random = new Random(7);
        TreeSet<String> model = new TreeSet<>();
        SortedNames names = SortedNames.NONE;
        for (int step = 0; step < 20_000; step++) {
            String name = "v" + random.nextInt(40) + List.of("", "-", ".", "-rc").get(step % 4);
            name += random.nextInt(20);
            SortedNames before = names;
            int count = before.count();
            if (random.nextInt(5) < (step < 10_000 ? 4 : 1)) {
                names = names.with(name, false);
                model.add(name);
            } else {
                names = names.without(name);
                model.remove(name);
            }
            assertThat(before.count()).isEqualTo(count);
            assertThat(names.contains(name)).isEqualTo(model.contains(name));
            assertThat(names.count()).isEqualTo(model.size());
            if (step % 500 == 0) {
                assertThat(all(names)).containsExactlyElementsOf(model);
                assertThat(behind(names, name))
                        .containsExactlyElementsOf(model.tailSet(name, false));
            }
        }
        assertThat(all(names)).containsExactlyElementsOf(model);
        for (String name : List.copyOf(model)) {
            names = names.without(name);
        }
        assertThat(all(names)).isEmpty();
        assertThat(names.weight()).isZero();
    }

    @Test
    void rememberWhichAreFoldersAcrossChanges() {
        SortedNames names = numbered(600);
        SortedNames.Cursor cursor = names.after("build-100300");
        assertThat(cursor.next()).isTrue();
        cursor.sawFolder();

        SortedNames changed = names.with("build-100300-a", true).without("build-100299");

        cursor = changed.after("build-100300");
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.name()).isEqualTo("build-100300-a");
        assertThat(cursor.isFolder()).isTrue();
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.name()).isEqualTo("build-100301");
        assertThat(cursor.isFolder()).isTrue();
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.isFolder()).isFalse();
    }

    @Test
    void aChangeCostsLittleHoweverManyThereAre() {
        SortedNames names = numbered(100_000);
        for (int i = 0; i < 1000; i++) {
            names = names.with("build-" + i, false);
        }

        long before = Allocated.bytes();
        for (int i = 1000; i < 2000; i++) {
            names = names.with("build-" + i, false);
        }

        assertThat((Allocated.bytes() - before) / 1000).isLessThan(40_000);
        assertThat(names.count()).isEqualTo(102_000);
    }

    @Test
    void theLeastOfSeveralAreTaken() {
        SortedNames one = SortedNames.of(new ArrayList<>(List.of("a", "d", "e")));
        SortedNames two = SortedNames.of(new ArrayList<>(List.of("b", "c", "f")));

        SortedNames whole = SortedNames.merged(List.of(one, two), name -> true, 1 << 20);
        assertThat(all(whole)).containsExactly("a", "b", "c", "d", "e", "f");
        assertThat(whole.reachesEnd()).isTrue();

        SortedNames some =
                SortedNames.merged(
                        List.of(numbered(5_000), one), name -> name.compareTo("b") > 0, 10_000);
        assertThat(some.reachesEnd()).isFalse();
        assertThat(some.weight()).isLessThan(20_000);
        assertThat(all(some)).isSorted().hasSizeGreaterThan(500).startsWith("build-100000");
    }
}
