package io.berth.http.message;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForwardedOriginTest {

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "proto=https;host=a.example, -, -, https, a.example",
                "for=1.2.3.4;Proto=HTTPS;Host=\"a.example:8443\", -, -, https, a.example:8443",
                "'proto=https;host=a.example, proto=http;host=b.example', -, -, https, a.example",
                "'for=\"a,b;c\" ; host=a.example,host=b.example', -, -, -, a.example",
                "for=\"\\\"\";host=a.example, -, -, -, a.example",
                "host=\"a\\.example\", -, -, -, a.example",
                "proto=https, http, b.example, https, -",
                "host=[::1]:5000, -, -, -, [::1]:5000",
                "host=\"[::1]:5000\", -, -, -, [::1]:5000",
                "-, https, a.example, https, a.example",
                "-, 'https, http', 'a.example, b.example', https, a.example",
                "-, -, a.example, -, a.example",
                "-, -, my_registry:5000, -, my_registry:5000",
                "-, ftp, a/b, -, -",
                "-, -, [[[:::, -, -",
                "-, -, ', a.example', -, -",
                "-, https://x, a@b, -, -",
                "proto=javascript;host=\"a b\", -, -, -, -",
                "host=a.example;host=b.example;proto=https, -, -, -, -",
                "host=\"a.example;proto=https, -, -, -, -",
                "host=a.example;;proto=https, -, -, -, -",
                "host=a.example proto=https, -, -, -, -",
                "host, -, -, -, -",
                "'', https, a.example, -, -",
                "nonsense, https, a.example, -, -",
                "-, -, -, -, -",
            })
    void reads(String forwarded, String proto, String host, String scheme, String authority) {
        assertThat(ForwardedOrigin.of(forwarded, proto, host))
                .isEqualTo(new ForwardedOrigin(scheme, authority));
    }

    @Property
    void isNeverMadeOfWhatItCannotBe(
            @ForAll("headers") String forwarded,
            @ForAll("headers") String proto,
            @ForAll("headers") String host) {
        assertWellFormed(ForwardedOrigin.of(null, proto, host), host);
        assertWellFormed(ForwardedOrigin.of(forwarded, proto, host), forwarded);
        assertWellFormed(ForwardedOrigin.of("host=" + forwarded, null, null), forwarded);
        assertWellFormed(ForwardedOrigin.of("host=\"" + forwarded + "\"", null, null), null);
    }

    private static void assertWellFormed(ForwardedOrigin origin, @Nullable String source) {
        assertThat(origin.scheme()).isIn("http", "https", null);
        String host = origin.host();
        if (host != null) {
            assertThat(Authority.isValid(host)).isTrue();
            if (source != null) {
                assertThat(source.replace("\\", "")).contains(host);
            }
        }
    }

    @Provide
    Arbitrary<String> headers() {
        Arbitrary<String> pieces =
                Arbitraries.oneOf(
                        Arbitraries.of(
                                "host",
                                "proto",
                                "https",
                                "a.example",
                                "=",
                                ";",
                                ",",
                                "\"",
                                "\\",
                                "[",
                                "]",
                                ":",
                                "::1",
                                "5000",
                                "/",
                                "@",
                                "%",
                                " ",
                                "\t",
                                "\r\n",
                                "\u0000",
                                "ä",
                                "..",
                                "#",
                                "?"),
                        Arbitraries.strings().ofMaxLength(4));
        return pieces.list().ofMaxSize(8).map(parts -> String.join("", parts));
    }
}
