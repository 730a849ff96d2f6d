package io.berth.auth.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClaimPatternTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    acme                           | acme                                  | true
                    acme                           | Acme                                  | false
                    acme                           | acme2                                 | false
                    acme                           | xacme                                 | false
                    acme/*                         | acme/app                              | true
                    acme/*                         | acme/                                 | true
                    acme/*                         | acme/app/x                            | false
                    acme/*                         | acme-evil/app                         | false
                    acme/**                        | acme/app/x                            | true
                    refs/heads/**                  | refs/heads/feature/x                  | true
                    refs/tags/v*.*                 | refs/tags/v1.2                        | true
                    refs/tags/v*.*                 | refs/tags/v1                          | false
                    repo:acme/*:ref:refs/heads/main| repo:acme/app:ref:refs/heads/main     | true
                    repo:acme/*:ref:refs/heads/main| repo:acme/app:x:ref:refs/heads/main   | false
                    repo:acme/*:ref:refs/heads/main| repo:acme/app:pull_request            | false
                    system:serviceaccount:ci:*     | system:serviceaccount:ci:builder      | true
                    system:serviceaccount:ci:*     | system:serviceaccount:ci-evil:builder | false
                    system:serviceaccount:*:deploy | system:serviceaccount:a:deploy        | true
                    system:serviceaccount:*:deploy | system:serviceaccount:a:b:deploy      | false
                    a.c                            | abc                                   | false
                    a+                             | aa                                    | false
                    [ab]                           | a                                     | false
                    a?                             | ab                                    | false
                    *                              | a                                     | true
                    **                             | a/b:c                                 | true
                    """)
    void aStarStaysWithinOnePart(String pattern, String value, boolean matches) {
        assertThat(new ClaimPattern(pattern).matches(value)).isEqualTo(matches);
    }

    @Test
    @Timeout(10)
    void manyStarsTakeNoLongTime() {
        ClaimPattern pattern = new ClaimPattern("**a".repeat(100) + "b");

        assertThat(pattern.matches("a".repeat(Claims.MAX_TEXT))).isFalse();
    }
}
