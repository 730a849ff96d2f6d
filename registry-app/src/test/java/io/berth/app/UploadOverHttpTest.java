package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies on their way from the socket to the protocol. */
class UploadOverHttpTest {

    private static final String OCI =
            "Content-Type: application/vnd.oci.image.manifest.v1+json\r\n";

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
    @ValueSource(
            strings = {
                "application/octet-stream",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=b",
                "application/json"
            })
    void bodiesArriveWhateverTheirType(String type) throws Exception {
        byte[] content = ("a=1&b=" + type).getBytes(StandardCharsets.UTF_8);
        Digest digest = Digest.ofContent(HashAlgorithm.SHA256, content);
        String header = "Content-Type: " + type + "\r\n";
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            String upload = startUpload(http);
            assertThat(http.request("PATCH", upload, header, content).read().status())
                    .isEqualTo(202);
            String end = upload + "?digest=" + digest;
            assertThat(http.request("PUT", end, header, new byte[0]).read().status())
                    .isEqualTo(201);

            assertThat(http.get("/v2/a/blobs/" + digest).read().body()).isEqualTo(content);

            String whole = "/v2/b/blobs/uploads/?digest=" + digest;
            assertThat(http.request("POST", whole, header, content).read().status()).isEqualTo(201);
            assertThat(http.get("/v2/b/blobs/" + digest).read().body()).isEqualTo(content);
        }
    }

    @Test
    void aBodyIsAskedForOnlyWhenItIsWanted() throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            String upload = startUpload(http);
            http.send(
                    RawHttpConnection.head(
                            "PATCH", upload, "Expect: 100-continue\r\nContent-Length: 3\r\n"));

            assertThat(http.read().status()).isEqualTo(100);
            assertThat(http.send("abc").read().status()).isEqualTo(202);
        }
    }

    @Test
    void aBodyThatIsRefusedIsNotAskedFor() throws Exception {
        try (TestServer readOnly =
                        TestServer.on(
                                folder.resolve("readonly"),
                                Map.of("storage.maintenance.readonly.enabled", "true"));
                RawHttpConnection http = new RawHttpConnection(readOnly.port())) {
            http.send(
                    RawHttpConnection.head(
                            "POST",
                            "/v2/a/blobs/uploads/?digest=sha256:" + "0".repeat(64),
                            "Expect: 100-continue\r\nContent-Length: 1000000\r\n"));

            Response response = http.read();
            assertThat(response.status()).isEqualTo(405);
            assertThat(response.header("Allow")).isNotNull();
        }
    }

    @Test
    void aManifestThatIsTooLargeIsRefusedBeforeItIsSent() throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            http.send(
                    RawHttpConnection.head(
                            "PUT",
                            "/v2/a/manifests/latest",
                            "Expect: 100-continue\r\n" + OCI + "Content-Length: 4194305\r\n"));

            assertThat(http.read().status()).isEqualTo(413);
        }
    }

    @Test
    void aClientThatSendsFirstSeesTheRefusal() throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            try {
                http.request("PUT", "/v2/a/manifests/latest", OCI, new byte[16 * 1024 * 1024]);
            } catch (IOException e) {
                // It is not read to its end; what has been answered is there all the same.
            }

            assertThat(http.read().status()).isEqualTo(413);
        }
    }

    @Test
    void aBodyThatEndsEarlyIsNoBlob() throws Exception {
        byte[] content = new byte[100_000];
        new Random(1).nextBytes(content);
        Digest digest = Digest.ofContent(HashAlgorithm.SHA256, content);
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            http.send(
                    RawHttpConnection.head(
                            "POST",
                            "/v2/early/blobs/uploads/?digest=" + digest,
                            "Content-Length: 200000\r\n"));
            http.send(content);
        }
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            assertThat(http.get("/v2/early/blobs/" + digest).read().status()).isEqualTo(404);
        }
    }

    /** The server still takes the connection for open: neither end was told that it was cut. */
    @Test
    void anUploadWhoseClientIsLostIsGoneOnWith() throws Exception {
        byte[] content = new byte[200_000];
        new Random(2).nextBytes(content);
        Digest digest = Digest.ofContent(HashAlgorithm.SHA256, content);
        try (RawHttpConnection lost = new RawHttpConnection(server.port());
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            String upload = startUpload(http);
            lost.send(RawHttpConnection.head("PATCH", upload, "Content-Length: 200000\r\n"));
            lost.send(Arrays.copyOf(content, 100_000));
            int at = 0;
            long began = System.nanoTime();
            while (at < 90_000) {
                Response status = http.get(upload).read();
                assertThat(status.status()).isEqualTo(204);
                at = end(status);
                assertThat(System.nanoTime() - began).isLessThan(4_000_000_000L);
            }

            Response refused = refused(upload, "Content-Range: 5-9\r\n");
            assertThat(refused.status()).isEqualTo(416);
            assertThat(end(refused)).isEqualTo(at);
            assertThat(refused.header("Location")).isEqualTo(upload);

            String range = "Content-Range: " + at + "-199999\r\n";
            byte[] rest = Arrays.copyOfRange(content, at, 200_000);
            assertThat(http.request("PATCH", upload, range, rest).read().status()).isEqualTo(202);
            lost.send(new byte[100_000]);
            Response revoked = lost.read();
            assertThat(revoked.status()).isEqualTo(416);
            assertThat(end(revoked)).isEqualTo(200_000);

            String whole = upload + "?digest=" + digest;
            assertThat(http.request("PUT", whole, "", new byte[0]).read().status()).isEqualTo(201);
            assertThat(http.get("/v2/a/blobs/" + digest).read().body()).isEqualTo(content);
        }
    }

    /** On a connection of its own, which a refusal closes. */
    private Response refused(String upload, String range) throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            return http.request("PATCH", upload, range, new byte[5]).read();
        }
    }

    /** Behind the last byte that an answer says is stored. */
    private static int end(Response response) {
        String range = Objects.requireNonNull(response.header("Range"));
        return Integer.parseInt(range.substring("0-".length())) + 1;
    }

    private static String startUpload(RawHttpConnection http) throws Exception {
        Response started = http.request("POST", "/v2/a/blobs/uploads/", "", new byte[0]).read();
        assertThat(started.status()).isEqualTo(202);
        return Objects.requireNonNull(started.header("Location"));
    }
}
