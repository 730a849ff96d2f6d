package io.berth.http.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.RegistryException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PositionSealerTest {

    private static PositionSealer with(String secret) {
        return new PositionSealer(() -> secret.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void anotherReplicaReadsAPosition() {
        for (String name : List.of("a", "secret/app", "x".repeat(255), "x".repeat(300))) {
            assertThat(with("shared").open(with("shared").seal(name))).isEqualTo(name);
        }
    }

    @Test
    void aPositionSaysNothingAboutItsName() {
        PositionSealer sealer = with("shared");
        String one = sealer.seal("a");

        assertThat(one).isNotEqualTo(sealer.seal("a")).matches("~[A-Za-z0-9_-]+");
        assertThat(sealer.seal("x".repeat(255))).hasSameSizeAs(one);
    }

    @Test
    void whatIsNotSealedIsAName() {
        assertThat(with("shared").open("library/app")).isEqualTo("library/app");
        assertThat(with("shared").open("")).isEmpty();
    }

    @Test
    void whatWasNotSealedWithTheSecretIsRefused() {
        String sealed = with("shared").seal("secret/app");
        char last = sealed.charAt(40) == 'A' ? 'B' : 'A';
        for (String wrong :
                List.of(
                        "~",
                        "~%",
                        "~AAAA",
                        sealed.substring(0, 40) + last + sealed.substring(41),
                        sealed.substring(0, sealed.length() - 4),
                        with("another").seal("secret/app"))) {
            assertThatThrownBy(() -> with("shared").open(wrong))
                    .as(wrong)
                    .isInstanceOf(RegistryException.class)
                    .hasMessage("invalid repository name");
        }
    }

    @Test
    void theSecretIsAskedForOnceWhenItIsNeeded() {
        List<String> asked = new ArrayList<>();
        PositionSealer sealer =
                new PositionSealer(
                        () -> {
                            asked.add("");
                            if (asked.size() == 1) {
                                throw new IllegalStateException("not yet");
                            }
                            return new byte[] {1};
                        });
        sealer.open("name");
        assertThat(asked).isEmpty();
        assertThatThrownBy(() -> sealer.seal("name")).hasMessage("not yet");
        assertThat(sealer.open(sealer.seal("name"))).isEqualTo("name");
        assertThat(asked).hasSize(2);
    }
}
