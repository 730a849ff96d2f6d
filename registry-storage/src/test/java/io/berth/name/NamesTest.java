package io.berth.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {

    /** As the specification writes them. */
    private static final Pattern NAME =
            Pattern.compile(
                    "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*");

    private static final Pattern TAG = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}");
    private static final Pattern DIGEST =
            Pattern.compile("[a-z0-9]+([+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+");

    @Provide
    Arbitrary<String> almostNames() {
        return Arbitraries.strings().withChars("ab0._-/A").ofMaxLength(14);
    }

    @Provide
    Arbitrary<String> almostTags() {
        return Arbitraries.strings().withChars("aZ0._-/:").ofMaxLength(6);
    }

    @Provide
    Arbitrary<String> almostDigests() {
        return Arbitraries.strings().withChars("ab0+._-:=A").ofMaxLength(8);
    }

    @Property
    void namesFollowTheGrammar(@ForAll("almostNames") String text) {
        assertThat(RepositoryName.isValid(text)).isEqualTo(NAME.matcher(text).matches());
    }

    @Property
    void tagsFollowTheGrammar(@ForAll("almostTags") String text) {
        assertThat(Tag.isValid(text)).isEqualTo(TAG.matcher(text).matches());
    }

    @Property
    void digestsOfUnknownAlgorithmsFollowTheGrammar(@ForAll("almostDigests") String text) {
        if (DIGEST.matcher(text).matches()) {
            assertThat(Digest.of(text).toString()).isEqualTo(text);
        } else {
            assertThatThrownBy(() -> Digest.of(text)).isInstanceOf(RegistryException.class);
        }
    }

    @Test
    void lengthsAreLimited() {
        assertThat(RepositoryName.isValid("a".repeat(255))).isTrue();
        assertThat(RepositoryName.isValid("a".repeat(256))).isFalse();
        assertThat(RepositoryName.isValid("a/".repeat(100_000) + "a")).isFalse();
        assertThat(Tag.isValid("a".repeat(128))).isTrue();
        assertThat(Tag.isValid("a".repeat(129))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sha256:abc",
                "sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
                "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85g",
                "sha512:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "sha256",
                ":",
                "sha256:../../etc",
                "../sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                ""
            })
    void badDigestsAreRefused(String text) {
        assertThatThrownBy(() -> Digest.of(text))
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.DIGEST_INVALID));
    }

    @Test
    void aColonTellsDigestsFromTags() {
        String digest = "sha256:" + "a".repeat(64);
        assertThat(Reference.of(digest)).isEqualTo(Digest.of(digest));
        assertThat(Reference.of("v1.0")).isEqualTo(Tag.of("v1.0"));
    }

    @Test
    void messagesRepeatInputHarmlessly() {
        assertThatThrownBy(() -> RepositoryName.of("a\u001b[31m\r\n" + "x".repeat(1000)))
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e ->
                                assertThat((String) e.errors().getFirst().detail())
                                        .startsWith("a?[31m??")
                                        .hasSizeLessThan(140));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "0-0-0-0-0", "../../../../../../../../../../../../etc"})
    void onlyCanonicalUuidsAreUploadIds(String text) {
        assertThatThrownBy(() -> UploadId.of(text))
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.BLOB_UPLOAD_UNKNOWN));
    }

    @Test
    void mediaTypesLoseTheirParameters() {
        assertThat(MediaType.parse("Application/JSON; charset=utf-8"))
                .contains(new MediaType("application/json"));
        assertThat(MediaType.parse("nonsense")).isEmpty();
        assertThat(MediaType.parse("a/b/c")).isEmpty();
        assertThat(MediaType.parse("")).isEmpty();
    }

    @Test
    void platformsAreMatchedByWhatIsNamed() {
        Platform amd64 = Platform.of("linux/amd64");
        assertThat(amd64.accepts(new Platform("linux", "amd64", "v2"))).isTrue();
        assertThat(amd64.accepts(new Platform("windows", "amd64", null))).isFalse();
        assertThat(Platform.of("linux/arm/v7").accepts(new Platform("linux", "arm", "v6")))
                .isFalse();
        assertThatThrownBy(() -> Platform.of("linux")).hasMessageContaining("os/architecture");
    }
}
