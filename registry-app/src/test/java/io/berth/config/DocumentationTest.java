package io.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.config.DistributionSettings.Row;
import io.berth.config.DistributionSettings.Verdict;
import io.berth.config.tree.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/configuration.md} tells the truth. */
class DocumentationTest {

    private static final Path DOCUMENT = Path.of("../docs/configuration.md");

    /** A row of a table: the name of a setting, and its default where there is one. */
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `([a-z0-9.*]+)` \\| (?:`([^`]*)` )?\\|");

    /** The first cell of a row, which names one or more settings of distribution's. */
    private static final Pattern NAMES = Pattern.compile("(?m)^\\| ((?:`[a-z0-9.]+`(?:, )?)+) \\|");

    private static final Pattern QUOTED = Pattern.compile("`([a-z0-9.]+)`");

    @Test
    void namesEverySettingAndNoOther() throws IOException {
        assertThat(documented().keySet())
                .containsExactlyElementsOf(Schema.names(Schema.of(RegistrySettings.class)));
    }

    @Test
    void namesTheRealDefaults() throws IOException {
        Map<String, String> withDefault = new TreeMap<>(documented());
        withDefault.values().removeIf(String::isEmpty);

        assertThat(withDefault).hasSizeGreaterThan(15);
        withDefault.forEach(
                (name, value) ->
                        assertThat(Settings.with(name, value))
                                .as("%s set to its default", name)
                                .isEqualTo(Settings.least(name)));
    }

    @Test
    void namesWhatHasNoEffect() throws IOException {
        assertThat(rows("Without effect")).containsExactlyElementsOf(named(Verdict.IGNORED));
    }

    @Test
    void namesWhatEndsTheStart() throws IOException {
        assertThat(rows("Refused")).containsExactlyElementsOf(named(Verdict.REFUSED));
    }

    private static List<String> rows(String section) throws IOException {
        return NAMES.matcher(section(section))
                .results()
                .flatMap(row -> QUOTED.matcher(row.group(1)).results().map(name -> name.group(1)))
                .sorted()
                .toList();
    }

    private static List<String> named(Verdict verdict) {
        return DistributionSettings.TABLE.stream()
                .filter(row -> row.verdict() == verdict)
                .map(Row::name)
                .sorted()
                .toList();
    }

    private static Map<String, String> documented() throws IOException {
        String text = Files.readString(DOCUMENT);
        Map<String, String> defaults = new TreeMap<>();
        ROW.matcher(text.substring(0, text.indexOf("## Settings of distribution")))
                .results()
                .forEach(row -> defaults.put(row.group(1), defaultIn(row)));
        return defaults;
    }

    private static String defaultIn(MatchResult row) {
        return row.group(2) == null ? "" : row.group(2);
    }

    private static String section(String title) throws IOException {
        String text = Files.readString(DOCUMENT);
        int begin = text.indexOf("\n### " + title);
        return text.substring(begin, text.indexOf("\n##", begin + 1));
    }
}
