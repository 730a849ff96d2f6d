package io.berth.http.message;

import static io.berth.http.message.QueryParameter.DIGEST;
import static io.berth.http.message.QueryParameter.LAST_TAG;
import static io.berth.http.message.QueryParameter.TAG;
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
        "digest=a+b, a+b",
        "digest=a%20b, a b",
        "x=%&digest=ab, ab",
        "digest=ab&y=%ff&%zz=1&%=%, ab",
        "digest=ab&digest=%, ab",
        "digest=%25zz, %zz",
        "digest=a%2Bb, a+b",
        "digest=%C3%A4, ä",
    })
    void findsTheFirstValue(String query, String expected) {
        assertThat(QueryString.of(query).first(DIGEST)).isEqualTo(expected);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "&", "digest", "digest=", "Digest=ab", "=ab", "digests=ab"})
    void hasNoneWhereNoneIsGiven(String query) {
        assertThat(QueryString.of(query).first(DIGEST)).isNull();
    }

    @Test
    void findsAllValuesInOrder() {
        assertThat(QueryString.of("tag=b&x=1&tag=a&tag=&tag=b&x=%&tag").all(TAG))
                .containsExactly("b", "a", "", "b", "");
        assertThat(QueryString.of(null).all(TAG)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%",
                "%4",
                "%4x",
                "%-1",
                "%00",
                "%0d%0a",
                "%7f",
                "%ff",
                "%c3",
                "ä",
                "\u0000",
                "%e2%82",
                "%\u0664\u0661"
            })
    void refusesAMalformedValueWithTheErrorOfItsParameter(String value) {
        for (QueryParameter parameter : QueryParameter.values()) {
            QueryString query = QueryString.of("x=1&" + parameter.key() + "=" + value);
            assertThatExceptionOfType(RegistryException.class)
                    .isThrownBy(() -> query.first(parameter))
                    .withMessageContaining(parameter.key())
                    .returns(parameter.malformed(), RegistryException::code);
            assertThatExceptionOfType(RegistryException.class)
                    .isThrownBy(() -> query.all(parameter))
                    .returns(parameter.malformed(), RegistryException::code);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ARTIFACT_TYPE, MANIFEST_INVALID",
        "DIGEST, DIGEST_INVALID",
        "DIGEST_ALGORITHM, DIGEST_INVALID",
        "FROM, NAME_INVALID",
        "LAST_REFERRER, DIGEST_INVALID",
        "LAST_REPOSITORY, NAME_INVALID",
        "LAST_TAG, TAG_INVALID",
        "MOUNT, DIGEST_INVALID",
        "NUMBER, PAGINATION_NUMBER_INVALID",
        "STATE, BLOB_UPLOAD_INVALID",
        "TAG, TAG_INVALID",
    })
    void namesEveryErrorAsTheProtocolDoes(QueryParameter parameter, ErrorCode code) {
        assertThat(parameter.malformed()).isEqualTo(code);
    }

    @Property
    void readsAnyText(@ForAll String text) {
        QueryString query = QueryString.of(text + "&n=5");
        assertThat(query.all(QueryParameter.NUMBER)).last().isEqualTo("5");
    }

    @Property
    void readsWhatWasEncoded(@ForAll @NotEmpty String value) {
        if (value.chars().noneMatch(c -> c < ' ' || c == 0x7f || Character.isSurrogate((char) c))) {
            String query = "last=" + PercentEncoding.encode(value) + "&n=1";
            assertThat(QueryString.of(query).first(LAST_TAG)).isEqualTo(value);
        }
    }
}
