package io.berth.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of {@code docs/security.md} name tests that exist, and every number of a test. */
class SecurityDocumentTest {

    private static final Pattern TEST = Pattern.compile("`(\\w+Test)(?:\\.(\\w+))?`");
    private static final Pattern NUMBER = Pattern.compile("CVE-\\d{4}-\\d+");

    private static List<Path> tests() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(".."))) {
            return files.filter(file -> file.toString().contains("/src/test/java/"))
                    .filter(file -> file.toString().endsWith("Test.java"))
                    .toList();
        }
    }

    private static String document() throws IOException {
        return Files.readString(Path.of("../docs/security.md"));
    }

    @Test
    void namesTestsThatExist() throws IOException {
        List<Path> tests = tests();
        Matcher named = TEST.matcher(document());
        int found = 0;
        while (named.find()) {
            found++;
            String type = named.group(1);
            List<Path> files =
                    tests.stream().filter(file -> file.endsWith(type + ".java")).toList();
            assertThat(files).as(type).hasSize(1);
            if (named.group(2) != null) {
                assertThat(Files.readString(files.getFirst()))
                        .as(named.group())
                        .contains("void " + named.group(2) + "(");
            }
        }
        assertThat(found).isGreaterThan(30);
    }

    @Test
    void namesEveryNumberThatATestNames() throws IOException {
        Set<String> tested = new TreeSet<>();
        for (Path file : tests()) {
            NUMBER.matcher(Files.readString(file))
                    .results()
                    .forEach(one -> tested.add(one.group()));
        }
        Set<String> documented =
                NUMBER.matcher(document())
                        .results()
                        .map(one -> one.group())
                        .collect(Collectors.toCollection(TreeSet::new));

        assertThat(documented).containsAll(tested);
    }
}
