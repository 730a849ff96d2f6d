package io.berth.auth.htpasswd;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.logging.LoggedLines;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordCheckTest {

    private final LoggedLines output = new LoggedLines(PasswordCheck.class);

    private final List<Integer> costs = new ArrayList<>();
    private final PasswordCheck check =
            new PasswordCheck(
                    (password, hash) -> {
                        costs.add(Integer.parseInt(hash.substring(4, 6)));
                        return TestHashes.matches(password, hash);
                    });

    private boolean isRight(@Nullable BcryptHash hash, String password) {
        return check.isRight(hash, 10, password);
    }

    private static @Nullable BcryptHash hash(int cost) {
        return BcryptHash.parse(TestHashes.of("secret", cost));
    }

    /** Rounds of bcrypt. */
    private long work() {
        return costs.stream().mapToLong(cost -> 1L << cost).sum();
    }

    @AfterEach
    void close() {
        output.close();
    }

    @Test
    void aRightPasswordIsComparedOnce() {
        assertThat(isRight(hash(5), "secret")).isTrue();
        assertThat(costs).containsExactly(5);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 9, 10})
    void aWrongPasswordTakesAsMuchWorkWhateverTheHash(int cost) {
        assertThat(isRight(hash(cost), "wrong")).isFalse();
        assertThat(work()).isEqualTo(1 << 10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "secret", "wrong"})
    void anUnknownUserTakesAsMuchWork(String password) {
        assertThat(isRight(null, password)).isFalse();
        assertThat(work()).isEqualTo(1 << 10);
    }

    @Test
    void aPasswordThatBcryptWouldCutIsWrongAndTakesAsMuchWork() {
        String longest = "x".repeat(72);
        PasswordCheck cutting =
                new PasswordCheck(
                        (password, _) -> {
                            costs.add(10);
                            return password.startsWith(longest);
                        });

        assertThat(cutting.isRight(hash(10), 10, longest)).isTrue();
        costs.clear();
        assertThat(cutting.isRight(hash(10), 10, longest + "x")).isFalse();
        assertThat(costs).hasSize(1);
        assertThat(output.toString())
                .containsOnlyOnce("A password of more than 72 bytes was refused");
    }

    @Test
    void bytesCountAndNotCharacters() {
        PasswordCheck any = new PasswordCheck((_, _) -> true);

        assertThat(any.isRight(hash(10), 10, "\u00e9".repeat(36))).isTrue();
        assertThat(any.isRight(hash(10), 10, "\u00e9".repeat(36) + "x")).isFalse();
    }

    /** bcrypt repeats a password with a NUL at its end, so that {@code a} is {@code a\0a} to it. */
    @Test
    void aPasswordWithANulIsWrongAndTakesAsMuchWork() {
        assertThat(new PasswordCheck((_, _) -> true).isRight(hash(10), 10, "a\0a")).isFalse();
        assertThat(isRight(hash(5), "a\0a")).isFalse();
        assertThat(work()).isEqualTo(1 << 10);
    }

    /** Made by htpasswd, by distribution's library and by libxcrypt. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "$2y$05$86Sw5q.ikR8iiZ3PLLXLIe./2eR4nx98sjLBMlpXw/fuhSyuRP4CG",
                "$2a$05$XYHAbDnJ0We6jZAuotvO.ukYuPAHd5fZ7pDgwkZh9dblH/2MqDsoa",
                "$2b$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW"
            })
    void realHashesAreCompared(String hash) {
        PasswordCheck real = new PasswordCheck();

        assertThat(real.isRight(BcryptHash.parse(hash), 5, "open sesame")).isTrue();
        assertThat(real.isRight(BcryptHash.parse(hash), 5, "open sesam")).isFalse();
        assertThat(real.isRight(BcryptHash.parse(hash), 5, "open sesame\0open sesame")).isFalse();
        assertThat(real.isRight(BcryptHash.parse(hash), 5, "")).isFalse();
    }
}
