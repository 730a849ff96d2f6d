package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.client.RawHttpConnection;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.server.tls.TestCertificates;
import io.berth.server.tls.TestCertificates.Identity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The registry with TLS: what clients get, and what becomes of those that do not behave. */
@Timeout(90)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsOverHttpTest {

    private static final Identity ROOT = TestCertificates.authority("root");
    private static final SSLContext CLIENT = TestCertificates.client(ROOT.certificate(), null);

    private static final int HEADER_MILLIS = 1500;

    private TestServer server;

    @BeforeAll
    void start(@TempDir Path folder, @TempDir Path certificates) throws IOException {
        TestCertificates.write(certificates, TestCertificates.issue(ROOT, "server"));
        server =
                TestServer.on(
                        folder,
                        Map.of(
                                "http.tls.certificate",
                                certificates.resolve("server.pem").toString(),
                                "http.tls.key",
                                certificates.resolve("server.key").toString(),
                                "http.relativeurls",
                                "false",
                                "http.limits.headertime",
                                HEADER_MILLIS + "ms"));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private URI address(String path) {
        return URI.create("https://localhost:" + server.port() + path);
    }

    private static SSLSocket connect(int port, String... protocols) throws IOException {
        SSLSocket socket =
                (SSLSocket)
                        CLIENT.getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), port);
        if (protocols.length > 0) {
            socket.setEnabledProtocols(protocols);
        }
        return socket;
    }

    private RawHttpConnection raw(String... protocols) throws IOException {
        return new RawHttpConnection(connect(server.port(), protocols));
    }

    private static HttpResponse<byte[]> send(
            HttpClient http, String method, URI uri, BodyPublisher body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(uri).method(method, body).build(),
                BodyHandlers.ofByteArray());
    }

    /** The second size is that of a file which the kernel would send without TLS. */
    @ParameterizedTest
    @ValueSource(ints = {100, 3_000_000})
    void whatIsPushedCanBePulled(int length) throws Exception {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        String digest = Digest.ofContent(HashAlgorithm.SHA256, content).toString();
        try (HttpClient http = HttpClient.newBuilder().sslContext(CLIENT).build()) {
            HttpResponse<byte[]> begun =
                    send(http, "POST", address("/v2/a/blobs/uploads/"), BodyPublishers.noBody());
            assertThat(begun.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
            String upload = begun.headers().firstValue("Location").orElseThrow();
            assertThat(upload).startsWith(address("/v2/a/blobs/uploads/").toString());

            HttpResponse<byte[]> pushed = finish(http, upload, digest, content);
            assertThat(pushed.statusCode()).isEqualTo(201);
            String blob = pushed.headers().firstValue("Location").orElseThrow();
            assertThat(blob).isEqualTo(address("/v2/a/blobs/" + digest).toString());

            HttpResponse<byte[]> pulled =
                    send(http, "GET", URI.create(blob), BodyPublishers.noBody());
            assertThat(pulled.body()).isEqualTo(content);
            HttpResponse<byte[]> part =
                    http.send(
                            HttpRequest.newBuilder(URI.create(blob))
                                    .header("Range", "bytes=10-79")
                                    .build(),
                            BodyHandlers.ofByteArray());
            assertThat(part.statusCode()).isEqualTo(206);
            assertThat(part.body()).isEqualTo(Arrays.copyOfRange(content, 10, 80));
        }
    }

    private static HttpResponse<byte[]> finish(
            HttpClient http, String upload, String digest, byte[] content) throws Exception {
        URI target = URI.create(upload + "?digest=" + digest);
        return send(http, "PUT", target, BodyPublishers.ofByteArray(content));
    }

    /** A record looks like all that has come of a slow upload, for which the server would sleep. */
    @Test
    void aFastUploadIsNotTakenForASlowOne() throws Exception {
        byte[] content = new byte[48 * 1024 * 1024];
        String digest = Digest.ofContent(HashAlgorithm.SHA256, content).toString();
        try (HttpClient http = HttpClient.newBuilder().sslContext(CLIENT).build()) {
            String upload =
                    send(http, "POST", address("/v2/a/blobs/uploads/"), BodyPublishers.noBody())
                            .headers()
                            .firstValue("Location")
                            .orElseThrow();
            long since = System.nanoTime();
            HttpResponse<byte[]> pushed = finish(http, upload, digest, content);

            assertThat(pushed.statusCode()).isEqualTo(201);
            assertThat(millisSince(since)).isLessThan(8_000); // it would take 12 or more
        }
    }

    @Test
    void onlyHttp11IsNegotiated() throws Exception {
        try (SSLSocket socket = connect(server.port())) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();

            assertThat(socket.getApplicationProtocol()).isEqualTo("http/1.1");
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void requestsFollowOneAnother(String protocol) throws Exception {
        try (RawHttpConnection http = raw(protocol)) {
            for (int i = 0; i < 5; i++) {
                assertThat(http.get("/v2/").read().status()).isEqualTo(200);
            }
        }
    }

    /** More than one record, and than what is decrypted at once. */
    @ParameterizedTest
    @ValueSource(ints = {3, 2000})
    void requestsThatComeTogetherAreAllAnswered(int count) throws Exception {
        try (RawHttpConnection http = raw()) {
            http.send(RawHttpConnection.head("GET", "/v2/", "").repeat(count));
            for (int i = 0; i < count; i++) {
                assertThat(http.read().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void aHeaderMayComeInPieces() throws Exception {
        try (RawHttpConnection http = raw()) {
            for (String piece : RawHttpConnection.head("GET", "/v2/", "").split("(?<=t)")) {
                http.send(piece);
                Thread.sleep(20); // or they would come together
            }
            assertThat(http.read().status()).isEqualTo(200);
        }
    }

    @Test
    void aHeaderThatIsTooLargeIsRefused() throws Exception {
        try (RawHttpConnection http = raw()) {
            http.send(RawHttpConnection.head("GET", "/v2/", "X: " + "a".repeat(40_000) + "\r\n"));

            assertThat(http.read().status()).isEqualTo(431);
        }
    }

    /** It is told, and then that the server ends the connection. */
    @Test
    void aBodyThatIsNotWantedIsAnsweredAndTheConnectionEndedInOrder() throws Exception {
        try (RawHttpConnection http = raw()) {
            http.send(
                    RawHttpConnection.head("DELETE", "/v2/a/b", "Content-Length: 1000000\r\n")
                            + "x".repeat(100_000));

            RawHttpConnection.Response answer = http.read();
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(http.isEnded()).isTrue();
        }
    }

    @Test
    void aRequestWithoutTlsIsToldSo() throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            assertThat(http.get("/v2/").readToEnd())
                    .startsWith("HTTP/1.1 400")
                    .contains("requires TLS");
        }
    }

    @Test
    void anotherHandshakeIsRefused() throws Exception {
        SSLSocket socket = connect(server.port(), "TLSv1.2");
        try (RawHttpConnection http = new RawHttpConnection(socket)) {
            assertThat(http.get("/v2/").read().status()).isEqualTo(200);

            assertThatThrownBy(
                            () -> {
                                socket.startHandshake();
                                http.get("/v2/").read();
                            })
                    .isInstanceOf(IOException.class);
        }
    }

    /** 0x16 begins a handshake, and the length says that more is to come. */
    @ParameterizedTest
    @ValueSource(strings = {"", "\u0016", "\u0016\u0003\u0001\u0002\u0000\u0001"})
    void aHandshakeThatIsNotEndedIsCutOff(String begun) throws Exception {
        try (RawHttpConnection silent = new RawHttpConnection(server.port())) {
            long since = System.nanoTime();
            silent.send(begun);

            assertThat(silent.isEnded()).isTrue();
            assertThat(millisSince(since)).isBetween(HEADER_MILLIS - 100L, 4L * HEADER_MILLIS);
        }
    }

    @Test
    void aHandshakeThatTricklesIsCutOffAsSoon() throws Exception {
        byte[] hello =
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003"
                        .getBytes(StandardCharsets.ISO_8859_1);
        try (Socket slow = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            slow.getOutputStream().write(hello);
            long since = System.nanoTime();
            while (goesOn(slow) && millisSince(since) < 10L * HEADER_MILLIS) {
                Thread.sleep(50);
            }
            assertThat(millisSince(since)).isLessThan(5L * HEADER_MILLIS);
        }
    }

    /** Sends one more byte. */
    private static boolean goesOn(Socket socket) {
        try {
            socket.getOutputStream().write(1);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    @Test
    void aHeaderThatIsNotEndedIsCutOff() throws Exception {
        try (RawHttpConnection http = raw()) {
            http.send("GET /v2/ HTTP/1.1\r\n");
            long since = System.nanoTime();

            assertThat(http.isEnded()).isTrue();
            assertThat(millisSince(since)).isLessThan(4L * HEADER_MILLIS);
        }
    }

    /** 0x17 begins a record; an idle connection would be kept for ten minutes. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRecordThatIsNotEndedIsCutOffAsAHeaderIs(boolean atOnce) throws Exception {
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), server.port());
                RawHttpConnection http =
                        new RawHttpConnection(
                                CLIENT.getSocketFactory()
                                        .createSocket(plain, "localhost", 0, true))) {
            http.get("/v2/");
            if (!atOnce) {
                http.read();
            }
            plain.getOutputStream().write(new byte[] {0x17, 3, 3, 0x20, 0, 1, 2, 3});
            long since = System.nanoTime();
            if (atOnce) {
                http.read();
            }

            assertThat(http.isEnded()).isTrue();
            assertThat(millisSince(since)).isLessThan(4L * HEADER_MILLIS);
        }
    }
}
