package io.berth.http.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorityTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a.example",
                "A.example.",
                "my_registry",
                "a.example:5000",
                "a.example:1",
                "a.example:65535",
                "127.0.0.1",
                "127.0.0.1:5000",
                "[::]",
                "[::1]:5000",
                "[2001:db8::ff00:42:8329]",
                "[0000:0000:0000:0000:0000:ffff:255.255.255.255]",
            })
    void isAHostAndPerhapsAPort(String text) {
        assertThat(Authority.isValid(text)).isTrue();
        assertThat(URI.create("https://" + text + "/v2/").getRawAuthority()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":5000",
                "a:",
                "a:0",
                "a:65536",
                "a:000080",
                "a:-1",
                "a:+1",
                "a:8 0",
                "a:b",
                "a:1:2",
                "a b",
                "a/b",
                "a@b",
                "a?b",
                "a#b",
                "a,b",
                "a%20b",
                "a\\b",
                "a\r\nb",
                "a\u0000",
                "ä",
                "::1",
                "[",
                "]",
                "[]",
                "[[[:::",
                "[::1",
                "[::1]]",
                "[::1]5000",
                "[::1]:",
                "[:::1]",
                "[1:2:3:4:5:6:7:8:9]",
                "[1:2]",
                "[g::1]",
                "[fe80::1%eth0]",
                "[fe80::1%25eth0]",
                "[1.2.3.4]",
                "[v1.a]",
                "[\u0661::]",
                "a[::1]",
            })
    void isNothingElse(String text) {
        assertThat(Authority.isValid(text)).isFalse();
    }

    @Test
    void hasALongestName() {
        assertThat(Authority.isValid("a".repeat(254) + ":5000")).isTrue();
        assertThat(Authority.isValid("a".repeat(255))).isFalse();
        assertThat(Authority.isValid("[" + "1".repeat(100_000) + "]")).isFalse();
    }

    @Property
    void canAlwaysStandInAnAddress(
            @ForAll
                    @StringLength(max = 12)
                    @Chars({'[', ']', ':', '.', '_', '-', '/', '@', '%', '?'})
                    @CharRange(from = '0', to = '9')
                    @CharRange(from = 'a', to = 'h')
                    String text) {
        if (Authority.isValid(text)) {
            assertThat(URI.create("https://" + text + "/v2/").getRawAuthority()).isEqualTo(text);
        }
    }
}
