package io.berth.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamePatternsTest {

    @ParameterizedTest
    @CsvSource({
        "library/app, library/app, true",
        "library/app, library/apps, false",
        "library/*, library/app, true",
        "library/*, library/app/x, false",
        "library/*, other/library/app, false",
        "library/**, library/app/x, true",
        "library/**, library, false",
        "**, a/b/c, true",
        "**/app, a/b/app, true",
        "*, latest, true",
        "*, a/b, false",
        "v?, v1, true",
        "v?, v10, false",
        "v1.*, v1.2, true",
        "v1.*, v112, false",
        "text/spdx+*, text/spdx+json, true",
        "text/spdx+json, text/spdxxjson, false"
    })
    void aPatternMatchesTheWholeName(String pattern, String name, boolean matches) {
        assertThat(NamePatterns.of(pattern).matches(name)).isEqualTo(matches);
    }

    @Test
    void namesCanBeExcluded() {
        assertThat(NamePatterns.of("v*", "!v*-rc*").matches("v1")).isTrue();
        assertThat(NamePatterns.of("v*", "!v*-rc*").matches("v1-rc1")).isFalse();
        assertThat(NamePatterns.of("!latest").matches("v1")).isTrue();
        assertThat(NamePatterns.of("!latest").matches("latest")).isFalse();
        assertThat(NamePatterns.of("a", "b").matches("b")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "!", "a b", "[a-z]", "a|b", "^a$", "a\\d"})
    void anythingElseIsNoPattern(String text) {
        assertThatThrownBy(() -> NamePatterns.of(text)).hasMessageContaining("is not a pattern");
    }

    @Test
    void noPatternAtAllIsAMistake() {
        assertThatThrownBy(() -> new NamePatterns(List.of()))
                .hasMessageContaining("there is no pattern");
    }

    @Test
    void equalTextsAreEqual() {
        assertThat(NamePatterns.of("a", "!b"))
                .isEqualTo(NamePatterns.of("a", "!b"))
                .hasSameHashCodeAs(NamePatterns.of("a", "!b"))
                .isNotEqualTo(NamePatterns.of("a"))
                .hasToString("a, !b");
    }
}
