package io.berth.http.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotEmpty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryStringTest {

    @ParameterizedTest
    @CsvSource({
        "digest=sha256:ab, sha256:ab",
        "digest=sha256%3Aab, sha256:ab",
        "digest=sha256%3aab, sha256:ab",
        "_state=x&digest=ab, ab",
        "digest=ab&_state=x&ns=docker.io, ab",
        "&&digest=ab&, ab",
        "digest=a&digest=b, a",
        "digest=a=b, a=b",
        "%64igest=ab, ab",
        "digest=a+b, a b",
        "digest=a%2Bb, a+b",
        "digest=%C3%A4, ä",
    })
    void findsTheFirstValue(String query, String expected) {
        assertThat(QueryString.parse(query).first("digest")).isEqualTo(expected);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "&", "digest", "digest=", "Digest=ab", "=ab", "digests=ab"})
    void hasNoneWhereNoneIsGiven(String query) {
        assertThat(QueryString.parse(query).first("digest")).isNull();
    }

    @Test
    void findsAllValuesInOrder() {
        assertThat(QueryString.parse("tag=b&x=1&tag=a&tag=&tag=b").all("tag"))
                .containsExactly("b", "a", "", "b");
        assertThat(QueryString.parse(null).all("tag")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a=%",
                "a=%4",
                "a=%4x",
                "%zz=b",
                "a=%-1",
                "a=%00",
                "a=%0d%0a",
                "a=%7f",
                "a=%ff",
                "a=%c3",
                "a=ä",
                "a=\u0000",
                "a=%e2%82",
                "a=%\u0664\u0661"
            })
    void refusesWhatIsNotWellFormed(String query) {
        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(() -> QueryString.parse(query))
                .returns(ErrorCode.REQUEST_INVALID, RegistryException::code);
    }

    @Property
    void readsWhatWasEncoded(@ForAll @NotEmpty String value) {
        if (value.chars().noneMatch(c -> c < ' ' || c == 0x7f || Character.isSurrogate((char) c))) {
            String query = "last=" + PercentEncoding.encode(value) + "&n=1";
            assertThat(QueryString.parse(query).first("last")).isEqualTo(value);
        }
    }
}
