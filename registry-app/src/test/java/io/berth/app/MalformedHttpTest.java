package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

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
                "another alphabet | GET /v2/äöü/tags/list HTTP/1.1 | 400",
                "a path out of the root | GET /../../etc/passwd HTTP/1.1 | 400",
                "an unknown version | GET /v2/ HTTP/9.9 | 505",
                "a tunnel | CONNECT registry.test:443 HTTP/1.1 | 501",
                "no request at all | garbage | 400",
                "a method of no letters | @@@ /v2/ HTTP/1.1 | 400"
            })
    void isAnswered(String what, String requestLine, int status) throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            http.send(requestLine + "\r\nHost: registry.test\r\n\r\n");

            assertRefused(http.read(), status);
            assertThat(http.isEnded()).as("ends the connection after %s", what).isTrue();
        }
    }

    /** Most clients try TLS first, and without it when they are answered anything else. */
    @Test
    void aClientThatTriesTlsIsAnsweredAtOnce() throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            long began = System.nanoTime();
            http.send(new byte[] {0x16, 3, 1, 0, 120, 1, 0, 0, 116, 3, 3});

            assertRefused(http.read(), 400);
            assertThat(http.isEnded()).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void tlsOnAPortWithoutItIsOneLineOfTheLog() throws Exception {
        Logger log = (Logger) LoggerFactory.getLogger("io.berth.server.ProtocolErrorValve");
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        logged.start();
        log.addAppender(logged);
        log.setLevel(Level.DEBUG);
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            http.send(new byte[] {0x16, 3, 1, 0, 120, 1, 0, 0, 116, 3, 3});

            assertRefused(http.read(), 400);
        } finally {
            log.setLevel(null);
            log.detachAppender(logged);
        }

        assertThat(logged.list)
                .singleElement()
                .satisfies(
                        event -> {
                            assertThat(event.getFormattedMessage())
                                    .isEqualTo("a client spoke TLS to a port without TLS");
                            assertThat(event.getThrowableProxy()).isNull();
                        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "an encoded backslash | /v2/a%5cb/tags/list | 400 | NAME_INVALID",
                "a slash encoded twice | /v2/a%252Fb/tags/list | 400 | NAME_INVALID",
                "an encoded dot segment | /v2/a%2F%2e%2e%2Fb/tags/list | 400 | NAME_INVALID",
                "a broken escape | /v2/%zz/tags/list | 400 | NAME_INVALID",
                "half an escape | /v2/a% | 404 | NAME_UNKNOWN",
                "a NUL | /v2/a%00b/tags/list | 400 | NAME_INVALID",
                "a bracket | /v2/[a]/tags/list | 400 | NAME_INVALID",
                "a backslash | /v2/a\\b/tags/list | 400 | NAME_INVALID",
                "a path parameter | /v2/a;b/tags/list | 400 | NAME_INVALID",
                "a malformed one | /v2/a;x=%zz/tags/list | 400 | NAME_INVALID",
                "a malformed digest | /v2/a/blobs/sha256:%zz | 400 | DIGEST_INVALID",
                "another | /v2/a/referrers/%00 | 400 | DIGEST_INVALID",
                "a malformed reference | /v2/a/manifests/%zz | 400 | TAG_INVALID",
                "a malformed session | /v2/a/blobs/uploads/%zz | 404 | BLOB_UPLOAD_UNKNOWN",
                "braces for a number | /v2/_catalog?n={1} | 400 | PAGINATION_NUMBER_INVALID",
                "an escape for a number | /v2/_catalog?n=%zz | 400 | PAGINATION_NUMBER_INVALID",
            })
    void partsOfTheProtocolHaveTheirOwnErrors(String what, String target, int status, String code)
            throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            Response response = http.get(target).read();

            assertRefused(response, status);
            assertThat(response.text()).as(what).contains("\"code\":\"" + code + "\"");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v2/_catalog?foo=%ZZ",
                "/v2/_catalog?x=%",
                "/v2/_catalog?{}[]|^`\\<>\"=1&n=5",
                "//v2/_catalog",
                "///v2/",
                "/v2/"
            })
    void whatNoRouteReadsIsOfNoConsequence(String target) throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            assertThat(http.get(target).read().status()).isEqualTo(200);
        }
    }

    @Test
    void anEncodedSlashIsASlash() throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            String uploads = "/v2/repro%2Fslash/blobs/uploads/";
            Response started = http.request("POST", uploads, "", new byte[0]).read();
            assertThat(started.header("Location")).startsWith("/v2/repro/slash/blobs/uploads/");
            String session = uploads + started.header("Docker-Upload-UUID");
            assertThat(http.get(session).head().status()).isEqualTo(204);
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
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            http.send("GET /v2/ HTTP/1.1\r\n" + headers + "\r\n");

            assertRefused(http.read(), 400);
        }
    }

    /** Names of services in Docker Compose have underscores. */
    @ParameterizedTest
    @ValueSource(strings = {"my_host:5000", "my_host", "_a.b_:80", "a-b_c.example:1"})
    void aHostMayHaveUnderscores(String host) throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            http.send("GET /v2/ HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
            assertThat(http.read().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"my_host:x", "my_host:5000:1", "my_host/", "my host_", "@my_host"})
    void aHostWithUnderscoresMayNotBeMalformed(String host) throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            http.send("GET /v2/ HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
            assertRefused(http.read(), 400);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.2", "HTTP/2.0", "HTTP/9.9"})
    void anotherVersionIsNamedAsTheFault(String version) throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            http.send("GET /v2/ " + version + "\r\nHost: registry.test\r\n\r\n");

            Response response = http.read();
            assertRefused(response, 505);
            assertThat(response.text())
                    .contains("\"code\":\"UNSUPPORTED\"", "HTTP/1.1 and HTTP/1.0");
        }
    }

    @Test
    void moreHeaderFieldsThanTheLimitAreAnswered() throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            String most = "GET /v2/ HTTP/1.1\r\nHost: a\r\n" + "A: b\r\n".repeat(99);
            http.send(most + "\r\n");
            assertThat(http.read().status()).isEqualTo(200);

            http.send(most + "A: b\r\n\r\n");
            Response response = http.read();
            assertRefused(response, 431);
            assertThat(response.text()).contains("100 header fields");
            assertThat(response.header("Connection")).isEqualTo("close");
            assertThat(http.isEnded()).isTrue();
        }
    }

    @Test
    void headersBeyondTheLimitAreAnswered() throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            http.send(
                    RawHttpConnection.head(
                            "GET", "/v2/", "Authorization: " + "a".repeat(40_000) + "\r\n"));

            Response response = http.read();
            assertRefused(response, 431);
            assertThat(response.header("Connection")).isEqualTo("close");
            assertThat(http.isEnded()).isTrue();
        }
    }

    @Test
    void anAddressBeyondTheLimitIsAnswered() throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            http.get("/v2/" + "a".repeat(40_000) + "/tags/list");

            assertRefused(http.read(), 414);
        }
    }

    @Test
    void largeTokensAreNoProblem() throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            http.send(
                    RawHttpConnection.head(
                            "GET", "/v2/", "Authorization: " + "a".repeat(30_000) + "\r\n"));

            assertThat(http.read().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "PROPFIND"})
    void unknownMethodsAreRefusedWithWhatIsAllowed(String method) throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            http.send(RawHttpConnection.head(method, "/v2/", ""));

            Response response = http.read();
            assertRefused(response, 405);
            assertThat(response.header("Allow")).isEqualTo("GET, HEAD");
            assertThat(http.get("/v2/").read().text()).as("nothing else was sent").isEqualTo("{}");
        }
    }

    @Test
    void pathsOutsideTheProtocolAreUnknown() throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
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

    /** What follows a body that is not read is lost, so the answer must say that none is read. */
    @ParameterizedTest
    @CsvSource({
        "GET, /v2/",
        "GET, /livez",
        "GET, /readyz",
        "GET, /v2/_catalog",
        "GET, /v2/a/tags/list",
        "DELETE, /v2/a/manifests/t",
        "OPTIONS, /v2/",
        "OPTIONS, *",
        "POST, /v2/a/blobs/uploads/",
        "POST, /v2/",
        "PUT, /v2/a/manifests/t",
    })
    void afterABodyInChunksTheConnectionGoesOnOrIsSaidToEnd(String method, String target)
            throws Exception {
        for (String body : new String[] {"", "abc", "a".repeat(50_000)}) {
            try (RawHttpConnection http = new RawHttpConnection(server.port())) {
                String chunks =
                        body.isEmpty()
                                ? ""
                                : Integer.toHexString(body.length()) + "\r\n" + body + "\r\n";
                http.send(
                        RawHttpConnection.head(method, target, "Transfer-Encoding: chunked\r\n")
                                + chunks
                                + "0\r\n\r\n"
                                + RawHttpConnection.head("GET", "/v2/", ""));
                if (!"close".equals(http.read().header("Connection"))) {
                    assertThat(http.read().status()).isEqualTo(200);
                }
            }
        }
    }
}
