package io.berth.auth.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClaimTemplateTest {

    private static List<String> names(String template, Map<String, Object> claims) {
        return ClaimTemplate.of(template).names(new Claims(claims));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {v}         | acme/app             | acme/app
                    {v}         | system:serviceaccount:ci:b | system:serviceaccount:ci:b
                    {v}         | a b                  | a%20b
                    {v}         | a%2Fb                | a%252Fb
                    {v}         | a,b                  | a%2Cb
                    {v}         | ä                    | %C3%A4
                    {v}         | A.b-c_d~e@f+g=h      | A.b-c_d~e@f+g=h
                    x/{v}       | a/b                  | x/a%2Fb
                    {v}@x       | a@b                  | a%40b@x
                    {v}:x       | a:b                  | a%3Ab:x
                    x{v}        | x                    | xx
                    """)
    void aValueBringsNoSeparatorAlong(String template, String value, String name) {
        assertThat(names(template, Map.of("v", value))).containsExactly(name);
    }

    @Test
    void controlCharactersAndLinesAreEscaped() {
        assertThat(names("{v}", Map.of("v", "a\r\nb\0"))).containsExactly("a%0D%0Ab%00");
    }

    /** The same for every text that is made of the characters that could confuse. */
    @ParameterizedTest
    @ValueSource(strings = {"{a}/{b}", "{a}:{b}", "{a}%{b}", "x-{a}-{b}", "{a}=/{b}", "{a}({b}"})
    void differentValuesNeverMakeTheSameName(String template) {
        if (template.contains("%")) {
            assertThatIllegalArgumentException().isThrownBy(() -> ClaimTemplate.of(template));
            return;
        }
        List<String> values =
                List.of(
                        "a", "/", ":", "%", "-", "=", "a/", "/a", "a:", ":a", "%2F", "%3A", "a-",
                        "-a", "=/", "/=", "(", "((", "%28", "x-", "a%2Fb", "a/b");
        Set<String> names = new HashSet<>();
        for (String a : values) {
            for (String b : values) {
                assertThat(names.addAll(names(template, Map.of("a", a, "b", b))))
                        .as("%s and %s", a, b)
                        .isTrue();
            }
        }
    }

    @Test
    void aListMakesANameForEachElement() {
        Map<String, Object> claims = Map.of("groups", List.of("a", "b/c"), "org", "o");

        assertThat(names("{groups}", claims)).containsExactly("a", "b/c");
        assertThat(names("{org}/{groups}", claims)).containsExactly("o/a", "o/b%2Fc");
    }

    @Test
    void withoutOneOfItsClaimsThereIsNoName() {
        assertThat(names("{a}/{b}", Map.of("a", "x"))).isEmpty();
        assertThat(names("{a}", Map.of("a", ""))).isEmpty();
        assertThat(names("{a}", Map.of("a", List.of("x", Map.of())))).isEmpty();
        assertThat(names("{a}", Map.of("a", Map.of("b", "x")))).isEmpty();
    }

    @Test
    void theNumberOfNamesIsBounded() {
        List<String> many = IntStream.range(0, 100).mapToObj(i -> "g" + i).toList();

        assertThat(names("{a}/{b}", Map.of("a", many, "b", many))).isEmpty();
        assertThat(names("{a}", Map.of("a", many))).hasSize(100);
    }

    @Test
    void aTextWithoutClaimsIsAName() {
        assertThat(names("ci", Map.of())).containsExactly("ci");
    }

    @Test
    void claimsOfObjectsAreFound() {
        Map<String, Object> claims =
                Map.of(
                        "kubernetes.io",
                        Map.of("namespace", "ci", "serviceaccount", Map.of("name", "builder")));

        assertThat(names("{kubernetes.io/namespace}/{kubernetes.io/serviceaccount/name}", claims))
                .containsExactly("ci/builder");
        assertThat(names("{kubernetes.io/none}", claims)).isEmpty();
        assertThat(names("{kubernetes.io/namespace/x}", claims)).isEmpty();
        assertThat(names("{a/b}", Map.of("a/b", "whole", "a", Map.of("b", "inner"))))
                .containsExactly("whole");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "{", "}", "{}", "{a", "a}", "{{a}}", "{a}{b}", "{a}x{b}", "a b", "ä", "{a b}",
                "a\n", "%"
            })
    void whatIsNoTemplateIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> ClaimTemplate.of(text));
    }
}
