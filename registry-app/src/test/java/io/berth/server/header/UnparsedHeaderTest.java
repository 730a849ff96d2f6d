package io.berth.server.header;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnparsedHeaderTest {

    private static final String HOST = "Host: registry.test\r\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /livez HTTP/1.1",
                "HEAD /readyz HTTP/1.1",
                "GET /debug/health HTTP/1.0",
                "GET / HTTP/1.1",
                "GET /v2/ HTTP/1.1"
            })
    void knowsProbes(String line) {
        assertThat(UnparsedHeader.isProbe(line + "\r\n" + HOST + "\r\n")).isTrue();
        assertThat(UnparsedHeader.isProbe(line + "\r\n" + HOST + "Content-Length: 5\r\n\r\n"))
                .isFalse();
        assertThat(UnparsedHeader.isProbe(line + "\r\nTransfer-Encoding: chunked\r\n\r\n"))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /livez/ HTTP/1.1",
                "POST /livez HTTP/1.1",
                "GET /v2/_catalog HTTP/1.1",
                "GET /livez HTTP/2.0"
            })
    void othersAreNone(String line) {
        assertThat(UnparsedHeader.isProbe(line + "\r\n" + HOST + "\r\n")).isFalse();
    }

    @Test
    void knowsBodies() {
        assertThat(UnparsedHeader.hasBody("PATCH /v2/a HTTP/1.1\r\nContent-Length: 10\r\n\r\n"))
                .isTrue();
        assertThat(
                        UnparsedHeader.hasBody(
                                "PUT /v2/a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"))
                .isTrue();
        assertThat(
                        UnparsedHeader.hasBody(
                                "POST /v2/a HTTP/1.1\r\n" + HOST + "content-length: 0\r\n\r\n"))
                .isFalse();
        assertThat(UnparsedHeader.hasBody("GET /v2/a HTTP/1.1\r\nContent-Length: 10\r\n\r\n"))
                .isFalse();
    }
}
