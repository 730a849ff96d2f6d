package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that hardly take what they asked for, and such as ask for more than may be. */
@Timeout(60)
class SendingToSlowClientsTest {

    /** More than the buffers of both sockets hold. */
    private static final int LARGE = 16_000_000;

    private static final Duration LONG = Duration.ofSeconds(25);

    @TempDir Path folder;

    private final List<RawHttpConnection> open = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (RawHttpConnection http : open) {
            http.close();
        }
    }

    @Test
    void aFileThatIsHardlyTakenIsEnded() throws Exception {
        try (TestServer server =
                server(Map.of("http.limits.stalltime", "1s", "http.limits.stallbytes", "4MiB"))) {
            String head = RawHttpConnection.head("GET", push(server), "");
            long taken = 0;
            long begin = System.nanoTime();
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
                int count = 1;
                // A tenth of what is expected, and never nothing.
                while (count > 0 && System.nanoTime() - begin < LONG.toNanos()) {
                    count = take(socket, 40_000);
                    taken += count;
                    Thread.sleep(100);
                }
            }
            assertThat(taken).isLessThan(LARGE);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(LONG);
        }
    }

    @Test
    void filesThatNobodyTakesMakeRoomForNewConnections() throws Exception {
        try (TestServer server =
                server(
                        Map.of(
                                "http.limits.connections",
                                "16",
                                "http.limits.connectionsperclient",
                                "1000"))) {
            String blob = push(server);
            for (int i = 0; i < 40; i++) {
                connect(server).get(blob);
            }
            long begin = System.nanoTime();

            for (int i = 0; i < 3; i++) {
                Response alive = connect(server).get("/livez").read();
                assertThat(alive.status()).isEqualTo(200);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isLessThan(Duration.ofSeconds(15));
        }
    }

    /** The last connection that there may be is not closed to have room for one that may come. */
    @Test
    void aRequestOnTheLastConnectionIsAnswered() throws Exception {
        try (TestServer server =
                server(
                        Map.of(
                                "http.limits.connections", "16",
                                "http.limits.requests", "64",
                                "http.limits.connectionsperclient", "1000"))) {
            for (int i = 0; i < 15; i++) {
                RawHttpConnection upload = connect(server);
                upload.send(
                        RawHttpConnection.head(
                                "PUT", "/v2/a/manifests/t", "Content-Length: 1000\r\n"));
            }
            int answered = 0;
            for (int i = 0; i < 20; i++) {
                answered += isAnswered(server) ? 1 : 0;
            }
            // A machine that stands still for a moment takes longer to read a request than it has.
            assertThat(answered).isGreaterThan(16);
        }
    }

    private static boolean isAnswered(TestServer server) {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            return http.get("/livez").read().status() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** Their headers came with the end of others, where nothing waits for its turn. */
    @Test
    void uploadsThatFollowOtherRequestsAtOnceNeverTakeEverythingEither() throws Exception {
        try (TestServer server = server(Map.of("http.limits.requests", "8"))) {
            for (int i = 0; i < 20; i++) {
                RawHttpConnection http = connect(server);
                Response started =
                        http.request("POST", "/v2/a/blobs/uploads/", "", new byte[0]).read();
                String upload = Objects.requireNonNull(started.header("Location"));
                http.send(
                        RawHttpConnection.head("GET", "/v2/", "")
                                + RawHttpConnection.head(
                                        "PATCH", upload, "Content-Length: 1000000\r\n"));
                assertThat(http.read().status()).isEqualTo(200);
            }
            assertIsServedAtOnce(server);
        }
    }

    @Test
    void uploadsThatHideThatTheyHaveABodyNeverTakeEverythingEither() throws Exception {
        String hidden = "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n";
        try (TestServer server = server(Map.of("http.limits.requests", "8"))) {
            for (int i = 0; i < 20; i++) {
                RawHttpConnection http = connect(server);
                Response started =
                        http.request("POST", "/v2/a/blobs/uploads/", "", new byte[0]).read();
                String upload = Objects.requireNonNull(started.header("Location"));
                http.send(
                        i % 2 == 0
                                ? RawHttpConnection.head("PATCH", upload, hidden)
                                : RawHttpConnection.head(
                                                "PATCH", upload, "Content-Length: 1000000\r\n")
                                        + "\nContent-Length: 0\r\n");
            }
            assertIsServedAtOnce(server);
        }
    }

    @Test
    void theLastAnswerIsTheLastAlsoWhenAFileIsSent() throws Exception {
        try (TestServer server =
                server(
                        Map.of(
                                "http.limits.connections",
                                "16",
                                "http.limits.connectionsperclient",
                                "1000"))) {
            String blob = push(server);
            RawHttpConnection http = connect(server);
            http.send(
                    RawHttpConnection.head("GET", blob, "")
                            + RawHttpConnection.head("GET", "/v2/", ""));

            assertThat(http.read().body()).hasSize(LARGE);
            assertThat(http.read().status()).isEqualTo(200);
            http.send(
                    RawHttpConnection.head("GET", blob, "Connection: close\r\n")
                            + RawHttpConnection.head("GET", "/v2/", ""));
            assertThat(http.read().body()).hasSize(LARGE);
            assertThat(isOver(http)).as("after the last answer nothing follows").isTrue();
        }
    }

    private static int take(Socket socket, int most) {
        try {
            return socket.getInputStream().readNBytes(most).length;
        } catch (IOException e) {
            return 0;
        }
    }

    private static boolean isOver(RawHttpConnection http) {
        try {
            return http.isEnded();
        } catch (IOException e) {
            return true; // it was sent more than it wanted to read
        }
    }

    private void assertIsServedAtOnce(TestServer server) throws IOException {
        RawHttpConnection http = connect(server);
        for (int i = 0; i < 5; i++) {
            long begin = System.nanoTime();
            assertThat(http.get("/v2/_catalog").read().status()).isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isLessThan(Duration.ofMillis(1_900));
        }
    }

    private TestServer server(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("http.draintimeout", "0");
        return TestServer.on(folder, all);
    }

    private RawHttpConnection connect(TestServer server) throws IOException {
        RawHttpConnection http = new RawHttpConnection(server.port());
        open.add(http);
        return http;
    }

    private String push(TestServer server) throws IOException {
        byte[] content = new byte[LARGE];
        Digest digest = Digest.ofContent(HashAlgorithm.SHA256, content);
        String target = "/v2/a/blobs/uploads/?digest=" + digest;
        Response pushed = connect(server).request("POST", target, "", content).read();
        assertThat(pushed.status()).isEqualTo(201);
        return "/v2/a/blobs/" + digest;
    }
}
