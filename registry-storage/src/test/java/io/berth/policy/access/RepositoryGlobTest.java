package io.berth.policy.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RepositoryGlobTest {

    /** From the most specific to the least; all of them stand for {@code team/app/web}. */
    private static final List<String> SORTED =
            List.of(
                    "team/app/web",
                    "team/app/we*",
                    "team/app/w*",
                    "team/app/*",
                    "team/app/**/web",
                    "team/app/**/*",
                    "team/app/**",
                    "team/a*/web",
                    "team/*/web",
                    "team/*/*",
                    "team/*/**",
                    "team/**/web",
                    "team/**",
                    "t*m/app/web",
                    "t*/app/web",
                    "*/app/web",
                    "*/**",
                    "**/app/web",
                    "**/app/*",
                    "**/web",
                    "**/*",
                    "**");

    @ParameterizedTest
    @CsvSource({
        "library/app, library/app, true",
        "library/app, library/app2, false",
        "library/app, library, false",
        "team/*, team/app, true",
        "team/*, team, false",
        "team/*, team/app/web, false",
        "team/*-web, team/app-web, true",
        "team/a*b*c, team/abbc, true",
        "team/a*b*c, team/abb, false",
        "*, app, true",
        "*, team/app, false",
        "team/**, team, true",
        "team/**, team/app, true",
        "team/**, team/app/web, true",
        "team/**, teams/app, false",
        "**/app, app, true",
        "**/app, a/b/app, true",
        "**/app, a/b/apps, false",
        "a/**/z, a/z, true",
        "a/**/z, a/b/c/z, true",
        "a/**/z, a/b/c, false",
        "a/**/m/**/z, a/m/b/m/c/z, true",
        "**, anything/at/all, true",
    })
    void standsForWholeNames(String pattern, String repository, boolean expected) {
        assertThat(RepositoryGlob.of(pattern).matches(repository)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "/", "a/", "/a", "a//b", "Team/*", "a**", "***", "a b", "**/**", "a:1"})
    void whatNoRepositoryIsCalledIsRefused(String pattern) {
        assertThatThrownBy(() -> RepositoryGlob.of(pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "\"" + pattern + "\" is not a pattern of repositories such as");
    }

    @Test
    void theFirstComponentThatDiffersSaysWhichIsMoreSpecific() {
        List<RepositoryGlob> sorted = SORTED.stream().map(RepositoryGlob::of).toList();
        for (int i = 0; i < sorted.size(); i++) {
            assertThat(sorted.get(i).matches("team/app/web")).as(SORTED.get(i)).isTrue();
            for (int j = 0; j < sorted.size(); j++) {
                assertThat(sorted.get(i).compareSpecificity(sorted.get(j)))
                        .as("%s and %s", SORTED.get(i), SORTED.get(j))
                        .isEqualTo(Integer.compare(j, i));
            }
        }
    }

    @Test
    void patternsThatDifferInLettersOnlyAreEqual() {
        assertThat(RepositoryGlob.of("team/*b").compareSpecificity(RepositoryGlob.of("team/a*")))
                .isZero();
    }

    @Test
    @Timeout(5)
    void manyStarsDoNotTakeLong() {
        assertThat(RepositoryGlob.of("a*".repeat(60) + "b").matches("a".repeat(255))).isFalse();
        assertThat(RepositoryGlob.of("**/a/".repeat(30) + "b").matches("a/".repeat(120) + "a"))
                .isFalse();
    }
}
