package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.app.RawHttp.Response;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What never reaches the protocol is refused in its words all the same. */
class MalformedHttpTest {

    @TempDir static Path folder;

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.on(folder);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "an encoded slash | GET /v2/a%2Fb/tags/list HTTP/1.1 | 400",
                "an encoded backslash | GET /v2/a%5cb/tags/list HTTP/1.1 | 400",
                "a broken escape | GET /v2/%zz/tags/list HTTP/1.1 | 400",
                "a NUL | GET /v2/a%00b/tags/list HTTP/1.1 | 400",
                "a bracket | GET /v2/[a]/tags/list HTTP/1.1 | 400",
                "a backslash | GET /v2/a\\b/tags/list HTTP/1.1 | 400",
                "another alphabet | GET /v2/äöü/tags/list HTTP/1.1 | 400",
                "braces in the query | GET /v2/_catalog?n={1} HTTP/1.1 | 400",
                "a path out of the root | GET /../../etc/passwd HTTP/1.1 | 400",
                "an unknown version | GET /v2/ HTTP/9.9 | 505",
                "a tunnel | CONNECT registry.test:443 HTTP/1.1 | 501",
                "no request at all | garbage | 400",
                "a method of no letters | @@@ /v2/ HTTP/1.1 | 400"
            })
    void isAnswered(String what, String requestLine, int status) throws Exception {
        try (RawHttp http = new RawHttp(server.port())) {
            http.send(requestLine + "\r\nHost: registry.test\r\n\r\n");

            assertRefused(http.read(), status);
            assertThat(http.isEnded()).as("ends the connection after %s", what).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Host: a\r\nHost: b\r\n",
                "Host: a b\r\n",
                "Host: a\r\nBad Name: 1\r\n",
                "Host: a\r\nContent-Length: x\r\n",
                "Host: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
                "Host: a\r\nNo-Colon\r\n"
            })
    void wrongHeadersAreAnswered(String headers) throws Exception {
        try (RawHttp http = new RawHttp(server.port())) {
            http.send("GET /v2/ HTTP/1.1\r\n" + headers + "\r\n");

            assertRefused(http.read(), 400);
        }
    }

    @Test
    void headersBeyondTheLimitAreAnswered() throws Exception {
        try (RawHttp http = new RawHttp(server.port())) {
            http.send(RawHttp.head("GET", "/v2/", "Authorization: " + "a".repeat(40_000) + "\r\n"));

            assertRefused(http.read(), 400);
        }
    }

    @Test
    void largeTokensAreNoProblem() throws Exception {
        try (RawHttp http = new RawHttp(server.port())) {
            http.send(RawHttp.head("GET", "/v2/", "Authorization: " + "a".repeat(30_000) + "\r\n"));

            assertThat(http.read().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "OPTIONS", "PROPFIND"})
    void unknownMethodsAreRefusedWithWhatIsAllowed(String method) throws Exception {
        try (RawHttp http = new RawHttp(server.port())) {
            http.send(RawHttp.head(method, "/v2/", ""));

            Response response = http.read();
            assertRefused(response, 405);
            assertThat(response.header("Allow")).isEqualTo("GET, HEAD");
            assertThat(http.get("/v2/").read().text()).as("nothing else was sent").isEqualTo("{}");
        }
    }

    @Test
    void pathsOutsideTheProtocolAreUnknown() throws Exception {
        try (RawHttp http = new RawHttp(server.port())) {
            assertRefused(http.get("/elsewhere").read(), 404);
            assertRefused(http.get("/v3/").read(), 404);
        }
    }

    private static void assertRefused(Response response, int status) {
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.header("Content-Type")).isEqualTo("application/json");
        assertThat(response.header("Docker-Distribution-API-Version")).isEqualTo("registry/2.0");
        assertThat(response.header("X-Request-Id")).isNotBlank();
        assertThat(response.header("Server")).isNull();
        assertThat(response.text())
                .startsWith("{\"errors\":[{\"code\":\"")
                .doesNotContain("omcat", "org.", "Exception");
    }
}
