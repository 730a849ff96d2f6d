package io.berth.http.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class EntityTagsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"sha256:ab\"",
                "sha256:ab",
                "W/\"sha256:ab\"",
                "*",
                " * ",
                "\"other\", \"sha256:ab\"",
                "\"other\",W/\"sha256:ab\"",
                "other,sha256:ab",
            })
    void matches(String header) {
        assertThat(matchesAny(header)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\"",
                "\"\"",
                "sha256",
                "\"sha256:abc\"",
                "sha256:ab\"",
                "W/",
                "w/\"sha256:ab\"",
                "\"*\"",
                "SHA256:AB",
            })
    void doesNotMatch(String header) {
        assertThat(matchesAny(header)).isFalse();
    }

    @Test
    void looksAtEveryLine() {
        assertThat(matchesAny("\"other\"", "\"sha256:ab\"")).isTrue();
        assertThat(matchesAny()).isFalse();
    }

    @Test
    void holdsWhatIsBetweenTheQuotesOfOneStrongTag() {
        assertThat(EntityTags.strong(" \"sha256:ab\" ")).contains("sha256:ab");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "*",
                "\"",
                "\"\"",
                "sha256:ab",
                "W/\"sha256:ab\"",
                "\"a\", \"b\"",
                "\"a\"b\""
            })
    void holdsNothingInAnythingElse(@Nullable String line) {
        assertThat(EntityTags.strong(line)).isEmpty();
    }

    private static boolean matchesAny(String... lines) {
        return EntityTags.anyMatches(Collections.enumeration(List.of(lines)), "sha256:ab");
    }
}
