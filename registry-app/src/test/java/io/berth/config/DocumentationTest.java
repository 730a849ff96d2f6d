package io.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
            Pattern.compile("(?m)^\\| `([a-z0-9.]+)` \\| (?:`([^`]*)` )?\\|");

    private static final Pattern ROW_WITHOUT_EFFECT =
            Pattern.compile("(?m)^\\| `([a-z0-9.]+)` \\| [A-Za-z`]");

    @Test
    void namesEverySettingAndNoOther() throws IOException {
        assertThat(documented().keySet())
                .containsExactlyElementsOf(new SettingNames(RegistrySettings.class).values());
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
        assertThat(
                        ROW_WITHOUT_EFFECT
                                .matcher(section("Accepted without effect"))
                                .results()
                                .map(row -> row.group(1)))
                .containsExactlyInAnyOrderElementsOf(UnknownSettings.WITHOUT_EFFECT.keySet());
    }

    private static Map<String, String> documented() throws IOException {
        String text = Files.readString(DOCUMENT);
        Map<String, String> defaults = new TreeMap<>();
        ROW.matcher(text.substring(0, text.indexOf("## Accepted without effect")))
                .results()
                .forEach(row -> defaults.put(row.group(1), defaultIn(row)));
        return defaults;
    }

    private static String defaultIn(MatchResult row) {
        return row.group(2) == null ? "" : row.group(2);
    }

    private static String section(String title) throws IOException {
        String text = Files.readString(DOCUMENT);
        int begin = text.indexOf("## " + title);
        return text.substring(begin, text.indexOf("\n## ", begin));
    }
}
