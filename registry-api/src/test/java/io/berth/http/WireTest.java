package io.berth.http;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.pushBlob;
import static io.berth.registry.TestContent.random;
import static io.berth.registry.TestContent.sha256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.client.RawHttpConnection;
import io.berth.name.ByteRange;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.MediaType;
import io.berth.name.RepositoryName;
import io.berth.policy.ReadOnlyRegistry;
import io.berth.registry.Blob;
import io.berth.registry.Registry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What only a real connection shows. */
class WireTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final String UPLOADS = "/v2/library/app/blobs/uploads/";

    @TempDir Path folder;

    private final Registry registry = TestApi.emptyRegistry();
    private final HttpClient client = HttpClient.newHttpClient();
    private ApiServer server = new ApiServer(registry, ApiSettings.defaults());

    @AfterEach
    void stop() throws Exception {
        client.close();
        server.close();
    }

    private void serve(Blob blob) throws Exception {
        server.close();
        server =
                new ApiServer(
                        Intercepted.registry(registry, "blob", _ -> blob), ApiSettings.defaults());
    }

    private HttpRequest.Builder request(String target) {
        return HttpRequest.newBuilder(server.address().resolve(target));
    }

    private HttpResponse<byte[]> get(String target, String... headers) throws Exception {
        HttpRequest.Builder request = request(target);
        return client.send(
                (headers.length == 0 ? request : request.headers(headers)).build(),
                BodyHandlers.ofByteArray());
    }

    /** Content in a file, of which nothing can be read otherwise. */
    private record InFile(Path path, byte[] content) implements Blob {

        @Override
        public Descriptor descriptor() {
            return Descriptor.of(MediaType.OCTET_STREAM, sha256(content), content.length);
        }

        @Override
        public Optional<Path> file() {
            return Optional.of(path);
        }

        @Override
        public InputStream open(ByteRange range) {
            throw new AssertionError("to be sent by the server");
        }
    }

    @Test
    void filesGoOutByThemselves() throws Exception {
        byte[] content = random(1, 3_000_000);
        serve(new InFile(Files.write(folder.resolve("data"), content), content));
        String path = "/v2/library/app/blobs/" + sha256(content);

        HttpResponse<byte[]> whole = get(path);
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(whole.body()).isEqualTo(content);
        HttpResponse<byte[]> part = get(path, "Range", "bytes=1000-2500000");
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(content, 1000, 2_500_001));
        assertThat(part.headers().firstValue("Content-Range"))
                .contains("bytes 1000-2500000/3000000");
        assertThat(get(path).body()).as("on the same connection").isEqualTo(content);
    }

    @Test
    void aFileThatIsGoneBreaksTheTransfer() throws Exception {
        byte[] content = random(1, 300_000);
        serve(new InFile(folder.resolve("missing"), content));
        assertThatThrownBy(() -> get("/v2/library/app/blobs/" + sha256(content)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aFileThatIsTooShortBreaksTheTransfer() throws Exception {
        byte[] content = random(1, 300_000);
        Path file = Files.write(folder.resolve("short"), Arrays.copyOf(content, 200_000));
        serve(new InFile(file, content));
        assertThatThrownBy(() -> get("/v2/library/app/blobs/" + sha256(content)))
                .isInstanceOf(IOException.class);
    }

    /** Content that can be read up to a point, and there fails or just ends. */
    private record Streamed(byte[] content, int readable, boolean fails) implements Blob {

        @Override
        public Descriptor descriptor() {
            return Descriptor.of(MediaType.OCTET_STREAM, sha256(content), content.length);
        }

        @Override
        public InputStream open(ByteRange range) {
            InputStream start = new ByteArrayInputStream(content, 0, readable);
            InputStream end =
                    new InputStream() {
                        @Override
                        public int read() throws IOException {
                            if (fails) {
                                throw new IOException("disk");
                            }
                            return -1;
                        }
                    };
            return new SequenceInputStream(start, end);
        }
    }

    @ParameterizedTest
    @CsvSource({"100000, true", "100000, false", "299999, true", "299999, false"})
    void contentThatFailsHalfWayBreaksTheTransfer(int readable, boolean fails) throws Exception {
        byte[] content = random(1, 300_000);
        serve(new Streamed(content, readable, fails));
        String answer =
                raw(
                        "GET /v2/library/app/blobs/"
                                + sha256(content)
                                + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        int head = answer.indexOf("\r\n\r\n") + 4;
        assertThat(answer).startsWith("HTTP/1.1 200").contains("Content-Length: 300000\r\n");
        // What came is a true part of the content, and the connection ended before its length.
        assertThat(answer.length() - head).isBetween(1, readable);
        assertThat(answer.substring(head).getBytes(StandardCharsets.ISO_8859_1))
                .isEqualTo(Arrays.copyOf(content, answer.length() - head));
    }

    @Test
    void severalPartsThatFailHalfWayBreakTheTransfer() throws Exception {
        byte[] content = random(1, 300_000);
        serve(new Streamed(content, 50_000, true));
        assertThatThrownBy(
                        () ->
                                get(
                                        "/v2/library/app/blobs/" + sha256(content),
                                        "Range",
                                        "bytes=0-40000,100000-199999"))
                .isInstanceOf(IOException.class);
    }

    /** Sends these bytes and nothing more, and gives everything that comes back. */
    private String raw(String request) throws IOException {
        try (RawHttpConnection connection = new RawHttpConnection(server.port())) {
            return connection.send(request).shutdownOutput().readToEnd();
        }
    }

    private String startUpload() throws Exception {
        HttpResponse<byte[]> answer =
                client.send(
                        request(UPLOADS).POST(HttpRequest.BodyPublishers.noBody()).build(),
                        BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.headers().allValues("Location")).hasSize(1);
        assertThat(answer.headers().firstValue("Content-Length")).contains("0");
        return answer.headers().firstValue("Location").orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 100\r\n\r\n0123456789",
                "Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n",
                "Transfer-Encoding: chunked\r\n\r\nff\r\n0123456789",
                "Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\nzz\r\n",
            })
    void aBodyThatBreaksOffIsNeverTakenForAWhole(String rest) throws Exception {
        byte[] content = bytes("0123456789");
        String location = startUpload();

        String answer =
                raw(
                        "PUT "
                                + location
                                + "?digest="
                                + sha256(content)
                                + " HTTP/1.1\r\nHost: localhost\r\n"
                                + rest);

        assertThat(answer).doesNotContain("HTTP/1.1 2");
        assertThat(get("/v2/library/app/blobs/" + sha256(content)).statusCode()).isEqualTo(404);
        HttpResponse<byte[]> status = get(location);
        assertThat(status.statusCode()).isEqualTo(204);
        assertThat(status.headers().firstValue("Range").orElseThrow()).isIn("0-9", "0-0");
    }

    @ParameterizedTest
    @CsvSource({
        "TRACE /v2/, 405",
        "OPTIONS /v2/, 204",
        "OPTIONS /v2/A/tags/list, 400",
        "BREW /v2/, 405",
        "GET /v2/a/../b/tags/list, 400",
        "GET /v2//tags/list, 400",
        "GET /v2/library/app/blobs/uploads/%2e%2e, 404",
    })
    void whatIsNotPartOfTheProtocolIsRefused(String request, int status) throws Exception {
        String answer = raw(request + " HTTP/1.1\r\nHost: localhost\r\nCookie: secret\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 " + status).doesNotContain("secret");
    }

    @Test
    void anEmptyAllowIsSent() throws Exception {
        server.close();
        server = new ApiServer(new ReadOnlyRegistry(registry), ApiSettings.defaults());
        String answer =
                raw(
                        "POST "
                                + UPLOADS
                                + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 405").containsIgnoringCase("\r\nAllow:");
    }

    @Test
    void anAnswerToARefusedUploadArrives() throws Exception {
        Digest digest = pushBlob(registry, REPOSITORY, bytes("x"));
        HttpResponse<String> answer =
                client.send(
                        request("/v2/library/app/manifests/" + digest)
                                .PUT(HttpRequest.BodyPublishers.ofByteArray(new byte[20_000_000]))
                                .build(),
                        BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("SIZE_INVALID");
    }

    @Test
    void headersAreThereOnEveryAnswer() throws Exception {
        for (String target :
                new String[] {"/v2/", "/v2/_catalog", "/v2/nothing", "/v2/A/tags/list"}) {
            HttpResponse<byte[]> answer = get(target);
            assertThat(answer.headers().firstValue("Docker-Distribution-API-Version"))
                    .contains("registry/2.0");
            assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
            assertThat(answer.headers().firstValue("Transfer-Encoding")).isEmpty();
        }
    }
}
