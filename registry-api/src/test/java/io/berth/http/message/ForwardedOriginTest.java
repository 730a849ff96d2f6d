package io.berth.http.message;

import static org.assertj.core.api.Assertions.assertThat;

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
                "proto=https, http, b.example, https, -",
                "host=[::1]:5000, -, -, -, [::1]:5000",
                "-, https, a.example, https, a.example",
                "-, 'https, http', 'a.example, b.example', https, a.example",
                "-, -, a.example, -, a.example",
                "-, ftp, a/b, -, -",
                "proto=javascript;host=\"a b\", -, -, -, -",
                "nonsense, https, a.example, -, -",
                "-, -, -, -, -",
            })
    void reads(String forwarded, String proto, String host, String scheme, String authority) {
        assertThat(ForwardedOrigin.of(forwarded, proto, host))
                .isEqualTo(new ForwardedOrigin(scheme, authority));
    }
}
