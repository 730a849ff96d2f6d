package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.object.InterceptedStore;
import io.berth.object.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.connector.Request;
import org.apache.catalina.valves.ValveBase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;

/**
 * A read is answered in the same way whether it goes through the pipelines of Tomcat and Spring or
 * not. One whose path has to be decoded goes through them.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReadAdapterTest {

    private static final String TYPE = "application/vnd.oci.image.index.v1+json";

    private static final byte[] INDEX =
            "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[]}"
                    .formatted(TYPE)
                    .getBytes(StandardCharsets.US_ASCII);

    private static final Digest INDEX_DIGEST = Digest.ofContent(HashAlgorithm.SHA256, INDEX);

    /** Large enough to be sent by the kernel. */
    private static final byte[] BLOB = new byte[100_000];

    private static final Digest BLOB_DIGEST = Digest.ofContent(HashAlgorithm.SHA256, BLOB);

    private TestServer server;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        server =
                TestServer.on(
                        folder,
                        Map.of("http.draintimeout", "0", "http.headers", "{X-Fixed: [one, two]}"));
        assertThat(
                        exchange(
                                        "PUT",
                                        "/v2/a/manifests/t",
                                        "Content-Type: " + TYPE + "\r\n",
                                        INDEX)
                                .status())
                .isEqualTo(201);
        String upload = "/v2/a/blobs/uploads/?digest=" + BLOB_DIGEST;
        assertThat(exchange("POST", upload, "", BLOB).status()).isEqualTo(201);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET  | a/manifests/t            | ",
                "HEAD | a/manifests/t            | ",
                "GET  | a/manifests/INDEX        | ",
                "GET  | a/manifests/t            | If-None-Match: \"INDEX\"",
                "GET  | a/manifests/t            | Accept: text/plain",
                "GET  | a/manifests/none         | ",
                "HEAD | a/manifests/none         | ",
                "GET  | a/manifests/t?digest=%zz | ",
                "GET  | a/manifests/_wrong       | ",
                "GET  | a/blobs/BLOB             | ",
                "HEAD | a/blobs/BLOB             | ",
                "GET  | a/blobs/BLOB             | Range: bytes=5-9",
                "GET  | a/blobs/BLOB             | Range: bytes=200000-",
                "GET  | a/blobs/sha256:00        | ",
                "GET  | a/tags/list              | ",
                "GET  | a/tags/list?n=x          | ",
                "GET  | a/referrers/INDEX        | ",
                "GET  | a/blobs/uploads/unknown  | ",
                "GET  | a/blobs/uploads/         | ",
                "GET  | a/nothing                | ",
                "GET  | a/manifests/t            | Connection: close",
                "GET  | a/manifests/t            | X-Request-Id: known"
            })
    void pathsAreAnsweredAlike(String method, String path, @Nullable String header)
            throws IOException {
        String target =
                path.replace("INDEX", INDEX_DIGEST.toString())
                        .replace("BLOB", BLOB_DIGEST.toString());
        String headers =
                header == null ? "" : header.replace("INDEX", INDEX_DIGEST.toString()) + "\r\n";

        Response directly = exchange(method, "/v2/" + target, headers, new byte[0]);
        Response decoded = exchange(method, "/v2/%61" + target.substring(1), headers, new byte[0]);

        assertThat(directly.status()).isEqualTo(decoded.status());
        assertThat(comparable(directly)).isEqualTo(comparable(decoded));
        assertThat(directly.body()).isEqualTo(decoded.body());
        assertThat(directly.header("X-Fixed")).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"//v2/", "/./v2/", "/v2/../v2/", "/v2/./", "/nothing", "/v2/;x"})
    void pathsThatAreNotNormalAreLeftToTomcat(String path) throws IOException {
        int status = exchange("GET", path, "", new byte[0]).status();
        assertThat(status).isEqualTo(path.equals("//v2/") ? 200 : status).isLessThan(500);
        assertThat(exchange("GET", "/v2/", "", new byte[0]).status()).isEqualTo(200);
    }

    /** Each on the connection of the one before, in the rhythm of a client and all at once. */
    @Test
    void requestsThatFollowEachOtherAreAllAnswered() throws IOException {
        String get = RawHttpConnection.head("GET", "/v2/a/manifests/t", "");
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            for (int i = 0; i < 1000; i++) {
                assertThat(http.get("/v2/a/manifests/t").read().body()).isEqualTo(INDEX);
            }
            http.send(get.repeat(50));
            for (int i = 0; i < 50; i++) {
                assertThat(http.read().body()).isEqualTo(INDEX);
            }
            http.send(get + get.substring(0, 30));
            assertThat(http.read().body()).isEqualTo(INDEX);
            http.send(get.substring(30));
            assertThat(http.read().body()).isEqualTo(INDEX);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET PATH HTTP/1.0",
                "GET PATH HTTP/1.0|Connection: keep-alive",
                "HEAD PATH HTTP/1.0|Host: a",
                "GET PATH HTTP/1.1",
                "GET PATH HTTP/1.1|Host: a|Host: a",
                "GET PATH HTTP/1.1|Host: a b",
                "GET PATH HTTP/1.1|Host:",
                "GET http://a:80PATH HTTP/1.1|Host: a:80",
                "GET http://aPATH HTTP/1.1|Host: b",
                "GET PATH HTTP/1.1|Host: a|Expect: 100-continue",
                "GET PATH HTTP/1.1|Host: a|Expect: something",
                "GET PATH HTTP/1.1|Host: a|Expect: 100-continue|Content-Length: 3||abc",
                "GET PATH HTTP/1.1|Host: a|Content-Length: 0",
                "GET PATH HTTP/1.1|Host: a|Content-Length: 3||abc",
                "HEAD PATH HTTP/1.1|Host: a|Content-Length: 3||abc",
                "GET PATH HTTP/1.1|Host: a|Content-Length: 3|Content-Length: 3||abc",
                "GET PATH HTTP/1.1|Host: a|Content-Length: -1",
                "GET PATH HTTP/1.1|Host: a|Transfer-Encoding: chunked||3|abc|0|",
                "GET PATH HTTP/1.1|Host: a|Transfer-Encoding: chunked||0|",
                "GET PATH HTTP/1.1|Host: a|Transfer-Encoding: chunked|Content-Length: 3||0|",
                "GET PATH HTTP/1.1|Host: a|Transfer-Encoding: gzip, chunked||0|",
                "GET PATH HTTP/1.1|Host: a|Transfer-Encoding: unknown",
                "GET PATH HTTP/1.1|Host: a|Connection: Upgrade|Upgrade: h2c",
                "GET PATH HTTP/1.1|Host: a|Connection: close",
                "GET PATH HTTP/1.1|Host: a|If-None-Match: *",
                "GET PATH HTTP/2.0|Host: a",
                "GET PATH",
                "get PATH HTTP/1.1|Host: a"
            })
    void framingIsTheSameToTheByte(String request) throws IOException {
        for (String path : List.of("/manifests/t", "/blobs/" + BLOB_DIGEST)) {
            String text = request.replace("|", "\r\n");
            String end = text.endsWith("abc") ? "" : text.endsWith("0\r\n") ? "\r\n" : "\r\n\r\n";
            assertThat(untilTheEnd(text.replace("PATH", "/v2/a" + path) + end))
                    .isEqualTo(untilTheEnd(text.replace("PATH", "/v2/%61" + path) + end));
        }
    }

    /** All that comes, with what follows on the connection, but for what no two answers share. */
    private String untilTheEnd(String request) throws IOException {
        String last = RawHttpConnection.head("GET", "/v2/", "Connection: close\r\n");
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            return http.send(request + last)
                    .readToEnd()
                    .replaceAll("(?i)(Date|X-Request-Id): .*\r\n", "");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "%61"})
    void aFailureThatTheApiCannotAnswerIsAnswered(String repository, @TempDir Path other)
            throws IOException {
        AtomicBoolean fails = new AtomicBoolean();
        try (TestServer failing =
                        TestServer.on(
                                other,
                                Map.of("http.maxthreads", "1"),
                                (_, bean) ->
                                        bean instanceof ObjectStore store
                                                ? store(store, fails)
                                                : bean);
                RawHttpConnection first = new RawHttpConnection(failing.port());
                RawHttpConnection second = new RawHttpConnection(failing.port())) {
            fails.set(true);
            Response answer = first.get("/v2/" + repository + "/manifests/t").read();
            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.text()).contains("UNKNOWN");
            fails.set(false);
            // Tomcat uses the same request object for the next request, of any client.
            second.send(
                    RawHttpConnection.head("GET", "/v2/a/manifests/_", "X-Request-Id: mine\r\n"));
            assertThat(second.read().header("X-Request-Id")).isEqualTo("mine");
        }
    }

    /** Tomcat would leave the connection as it is, and nothing would ever come of it. */
    @Test
    void aConnectionWhoseRequestEndsTheThreadIsClosed(@TempDir Path other) throws IOException {
        try (TestServer failing =
                        TestServer.on(
                                other,
                                Map.of(),
                                (_, bean) -> {
                                    if (bean instanceof TomcatServletWebServerFactory factory) {
                                        factory.addEngineValves(new Failing());
                                    }
                                    return bean;
                                });
                RawHttpConnection http = new RawHttpConnection(failing.port())) {
            http.get("/livez");
            assertThat(http.isEnded()).isTrue();
        }
    }

    private static final class Failing extends ValveBase {

        @Override
        public void invoke(Request request, org.apache.catalina.connector.Response response) {
            throw new InternalError("of the test");
        }
    }

    /** Fails in a way that the API cannot answer. */
    private static ObjectStore store(ObjectStore store, AtomicBoolean fails) {
        return new InterceptedStore(
                store,
                new InterceptedStore.Interceptor() {
                    @Override
                    public void before(InterceptedStore.Call call) {
                        if (fails.get()) {
                            throw new Unspeakable();
                        }
                    }

                    @Override
                    public void after(InterceptedStore.Call call) {}
                });
    }

    private static final class Unspeakable extends RuntimeException {

        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new InternalError("of the test");
        }
    }

    private Response exchange(String method, String target, String headers, byte[] body)
            throws IOException {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            if (body.length > 0) {
                return http.request(method, target, headers, body).read();
            }
            http.send(RawHttpConnection.head(method, target, headers));
            return method.equals("HEAD") ? http.head() : http.read();
        }
    }

    /** Without what no two answers have in common. */
    private static Map<String, String> comparable(Response response) {
        Map<String, String> headers = new TreeMap<>(response.headers());
        headers.remove("date");
        if (!"known".equals(response.header("X-Request-Id"))) {
            headers.remove("x-request-id");
        }
        return headers;
    }
}
