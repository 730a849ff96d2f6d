package io.berth.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.object.s3.S3TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The application on a bucket. */
@ExtendWith(OutputCaptureExtension.class)
class S3OverHttpTest {

    private static final String RANGE = "Range: bytes=100-199\r\n";

    private final HttpClient elsewhere = HttpClient.newHttpClient();

    @TempDir private Path spool;

    @Test
    void clientsAreSentToTheBucket() throws Exception {
        byte[] content = random(300_000);
        try (TestServer server = serve(Map.of());
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            String blob = push(http, content);

            Response sent = http.get(blob).read();
            assertThat(sent.status()).isEqualTo(307);
            URI link = URI.create(requireNonNull(sent.header("Location")));
            assertThat(fetch(link).body()).isEqualTo(content);
            assertThat(fetch(link, "Range", "bytes=100-199").body()).isEqualTo(part(content));

            Response part = http.send(RawHttpConnection.head("GET", blob, RANGE)).read();
            assertThat(part.status()).isEqualTo(307);
            URI again = URI.create(requireNonNull(part.header("Location")));
            HttpResponse<byte[]> fetched = fetch(again, "Range", "bytes=100-199");
            assertThat(fetched.statusCode()).isEqualTo(206);
            assertThat(fetched.body()).isEqualTo(part(content));
        }
    }

    @Test
    void orTheyAreNot() throws Exception {
        byte[] content = random(6_000_000);
        try (TestServer server = serve(Map.of("storage.redirect.disable", "true"));
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            String blob = push(http, content);

            Response whole = http.get(blob).read();
            assertThat(whole.status()).isEqualTo(200);
            assertThat(whole.body()).isEqualTo(content);

            Response part = http.send(RawHttpConnection.head("GET", blob, RANGE)).read();
            assertThat(part.status()).isEqualTo(206);
            assertThat(part.body()).isEqualTo(part(content));
        }
    }

    @Test
    void linksNameWhereClientsReachTheBucket() throws Exception {
        try (TestServer server =
                        serve(Map.of("storage.s3.redirectendpoint", "https://images.example"));
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            String blob = push(http, random(10));

            assertThat(http.get(blob).read().header("Location"))
                    .startsWith(
                            "https://images.example/" + S3TestServer.BUCKET + "/registry/docker/");
        }
    }

    @Test
    void saysWhereContentIs(CapturedOutput output) throws Exception {
        S3TestServer s3 = new S3TestServer();
        try (TestServer server = TestServer.on(s3, Map.of());
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            assertThat(output).contains("from s3://images/registry at " + s3.endpoint());
            assertThat(http.get("/debug/health").read().text())
                    .contains("\"kind\":\"s3\"", "\"createIfAbsent\":true");
        }
    }

    @Test
    void noLogShowsWhoItIs(CapturedOutput output) throws Exception {
        Map<String, String> talkative =
                Map.of(
                        "storage.s3.loglevel", "debugwithhttpbody",
                        "log.level", "debug",
                        "storage.redirect.disable", "true");
        try (TestServer server = serve(talkative);
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            http.get(push(http, random(100))).read();
        }

        assertThat(output).contains("Sending Request");
        assertShowsNoSecret(output);
    }

    @Test
    void aBucketThatIsAwayIsWaitedFor(CapturedOutput output) throws Exception {
        S3TestServer s3 = new S3TestServer();
        Map<String, String> settings =
                Map.of(
                        "storage.redirect.disable",
                        "true",
                        "health.storagedriver.interval",
                        "100ms");
        try (TestServer server = TestServer.on(s3, settings)) {
            byte[] content = random(100_000);
            String blob = push(server, content);
            Response before = ask(server, blob);
            assertThat(before.body()).isEqualTo(content);

            s3.stop();
            Response away = ask(server, blob);
            assertThat(away.status()).isEqualTo(503);
            assertThat(away.header("Retry-After")).isNotNull();
            awaitStatus(server, "/readyz", 503);
            assertThat(ask(server, "/livez").status()).isEqualTo(200);
            assertThat(ask(server, "/").status()).isEqualTo(200);

            s3.startAgain();
            awaitStatus(server, "/readyz", 200);
            assertThat(ask(server, blob).body()).isEqualTo(content);
        }
        assertShowsNoSecret(output);
    }

    @Test
    void nothingIsLeftOfAStop() throws Exception {
        try (TestServer server = serve(Map.of());
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            push(http, random(12_000_000));
        }

        try (Stream<Path> left = Files.list(spool)) {
            assertThat(left).isEmpty();
        }
    }

    private TestServer serve(Map<String, String> more) {
        Map<String, String> settings = new TreeMap<>(more);
        settings.put("storage.s3.spooldirectory", spool.toString());
        return TestServer.on(new S3TestServer(), settings);
    }

    static void assertShowsNoSecret(CapturedOutput output) {
        assertThat(output)
                .doesNotContain(S3TestServer.ACCESS_KEY)
                .doesNotContain(S3TestServer.SECRET_KEY)
                .doesNotContain(TestServer.HTTP_SECRET);
    }

    private HttpResponse<byte[]> fetch(URI link, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(link);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return elsewhere.send(request.build(), BodyHandlers.ofByteArray());
    }

    private static void awaitStatus(TestServer server, String path, int status) {
        Awaitility.await().until(() -> ask(server, path).status() == status);
    }

    private static Response ask(TestServer server, String path) throws IOException {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            return http.get(path).read();
        }
    }

    private static byte[] part(byte[] content) {
        return Arrays.copyOfRange(content, 100, 200);
    }

    private static byte[] random(int size) {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        return content;
    }

    private static String push(TestServer server, byte[] content) throws IOException {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            return push(http, content);
        }
    }

    /** The path of the blob. */
    private static String push(RawHttpConnection http, byte[] content) throws IOException {
        Digest digest = Digest.ofContent(HashAlgorithm.SHA256, content);
        String target = "/v2/a/blobs/uploads/?digest=" + digest;
        assertThat(http.request("POST", target, "", content).read().status()).isEqualTo(201);
        return "/v2/a/blobs/" + digest;
    }
}
