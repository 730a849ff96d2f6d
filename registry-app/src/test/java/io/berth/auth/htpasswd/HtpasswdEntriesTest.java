package io.berth.auth.htpasswd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HtpasswdEntriesTest {

    private static final String HASH = TestHashes.of("secret", 5);
    private static final String OTHER = TestHashes.of("other", 10);

    @Test
    void hasTheUsersOfTheLines() {
        HtpasswdEntries entries = HtpasswdEntries.parse("alice:" + HASH + "\nbob:" + OTHER);

        assertThat(entries.find("alice")).isEqualTo(new BcryptHash(HASH, 5));
        assertThat(entries.find("bob")).isEqualTo(new BcryptHash(OTHER, 10));
        assertThat(entries.find("Alice")).isNull();
        assertThat(entries.find("")).isNull();
        assertThat(entries.highestCost()).isEqualTo(10);
        assertThat(entries.ignored()).isEmpty();
    }

    @Test
    void passesOverCommentsBlankLinesAndBlanks() {
        HtpasswdEntries entries =
                HtpasswdEntries.parse("# users\r\n\r\n  alice:" + HASH + " \t\r\n #bob:x\n\n");

        assertThat(entries.size()).isEqualTo(1);
        assertThat(entries.find("alice")).isEqualTo(new BcryptHash(HASH, 5));
        assertThat(entries.ignored()).isEmpty();
    }

    @Test
    void takesNamesAsTheyAre() {
        HtpasswdEntries entries =
                HtpasswdEntries.parse("robot$ci+a b:" + HASH + "\nj\u00fcrgen:" + HASH);

        assertThat(entries.find("robot$ci+a b")).isNotNull();
        assertThat(entries.find("j\u00fcrgen")).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"$2a$", "$2b$", "$2y$"})
    void takesTheVersionsOfBcrypt(String version) {
        assertThat(HtpasswdEntries.parse("a:" + version + HASH.substring(4)).size()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a:secret",
                "a:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
                "a:$apr1$ipuDl2Zn$SaBXNJkzbmhBRVLZuH/Iq0",
                "a:$6$salt$hash",
                "a:",
                "a",
                ":",
                "a:$2x$05$.....................................................",
                "a:$2$05$.....................................................",
                "a:$2y$03$.....................................................",
                "a:$2y$17$.....................................................",
                "a:$2y$31$.....................................................",
                "a:$2y$5$......................................................",
                "a:$2y$05$....................................................",
                "a:$2y$05$.....................................................:b",
                "a:b:$2y$05$.....................................................",
                ":$2y$05$.....................................................",
                "$2y$05$.....................................................",
                "a\u0007:$2y$05$.....................................................",
                "a\0:$2y$05$.....................................................",
            })
    void ignoresEverythingElseByTheNumberOfItsLine(String line) {
        HtpasswdEntries entries =
                HtpasswdEntries.parse("alice:" + HASH + "\n\n" + line + "\r\nbob:" + HASH + "\n");

        assertThat(entries.ignored()).containsExactly(3);
        assertThat(entries.size()).isEqualTo(2);
    }

    @Test
    void ofSeveralLinesForOneUserTheLastCounts() {
        HtpasswdEntries entries =
                HtpasswdEntries.parse(
                        "alice:%s\nbob:%s\nalice:%s\nalice:%s\nalice:none"
                                .formatted(HASH, HASH, HASH, OTHER));

        assertThat(entries.find("alice")).isEqualTo(new BcryptHash(OTHER, 10));
        assertThat(entries.replaced()).containsExactly(1, 3);
        assertThat(entries.ignored()).containsExactly(5);
    }

    @Test
    void hasTenThousandUsers() {
        String lines =
                IntStream.range(0, 10_000)
                        .mapToObj(i -> "user-" + i + ":" + TestHashes.of("secret" + i, 4 + i % 8))
                        .collect(Collectors.joining("\n"));

        HtpasswdEntries entries = HtpasswdEntries.parse(lines);

        assertThat(entries.size()).isEqualTo(10_000);
        assertThat(entries.highestCost()).isEqualTo(11);
        assertThat(entries.find("user-9999"))
                .isEqualTo(new BcryptHash(TestHashes.of("secret9999", 11), 11));
    }

    @Test
    void showsNoHash() {
        assertThat(String.valueOf(BcryptHash.parse(HASH))).isEqualTo("(not shown)");
    }

    @Test
    void aRandomHashHasTheFormOfOne() {
        BcryptHash random = BcryptHash.random(12);

        assertThat(BcryptHash.parse(random.text())).isEqualTo(random);
        assertThat(random.cost()).isEqualTo(12);
        assertThat(BcryptHash.random(12)).isNotEqualTo(random);
    }
}
