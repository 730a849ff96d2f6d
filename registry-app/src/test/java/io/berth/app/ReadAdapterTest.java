package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.app.RawHttp.Response;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
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
        String get = RawHttp.head("GET", "/v2/a/manifests/t", "");
        try (RawHttp http = new RawHttp(server.port())) {
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

    private Response exchange(String method, String target, String headers, byte[] body)
            throws IOException {
        try (RawHttp http = new RawHttp(server.port())) {
            if (body.length > 0) {
                return http.request(method, target, headers, body).read();
            }
            http.send(RawHttp.head(method, target, headers));
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
