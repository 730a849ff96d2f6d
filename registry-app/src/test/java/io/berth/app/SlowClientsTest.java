package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Slow clients do not slow down others. */
@Timeout(60)
class SlowClientsTest {

    private static final String MANY_RANGES =
            "Range: bytes=0-3000000,3000002-6000000,6000002-9000000\r\n";

    @TempDir Path folder;

    private final List<RawHttpConnection> open = new ArrayList<>();
    private @Nullable TestServer server;

    @AfterEach
    void close() throws IOException {
        for (RawHttpConnection http : open) {
            http.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void aHeaderThatIsDribbledIsCutOff() throws Exception {
        start(Map.of("http.limits.headertime", "1s"));
        RawHttpConnection http = connect().send("GET /v2/ HTTP/1.1\r\nX: ");
        long begin = System.nanoTime();

        Awaitility.await().pollInterval(Duration.ofMillis(50)).until(() -> isCutOff(http));

        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isBetween(Duration.ofMillis(500), Duration.ofSeconds(8));
    }

    @Test
    void aHeaderThatStopsIsCutOffToo() throws Exception {
        start(Map.of("http.limits.headertime", "1s"));

        assertThat(connect().send("GET /v2/ HTTP/1.1\r\nX: ").isEnded()).isTrue();
        assertThat(connect().isEnded()).as("nothing was sent").isTrue();
    }

    @Test
    void aHeaderThatFollowsARequestIsCutOffToo() throws Exception {
        start(Map.of("http.limits.headertime", "1s"));
        RawHttpConnection http =
                connect()
                        .send(RawHttpConnection.head("GET", "/v2/", "") + "GET /v2/ HTTP/1.1\r\nX");
        assertThat(http.read().status()).isEqualTo(200);

        assertThat(http.isEnded()).isTrue();
    }

    @Test
    void aHeaderMayComeInPieces() throws Exception {
        start(Map.of());
        RawHttpConnection http = connect();
        for (char c :
                RawHttpConnection.head("GET", "/v2/", "X: " + "a".repeat(100) + "\r\n")
                        .toCharArray()) {
            http.send(String.valueOf(c));
        }

        assertThat(http.read().status()).isEqualTo(200);
        assertThat(http.get("/v2/").read().status()).isEqualTo(200);
    }

    @Test
    void probesAreAnsweredWhenAllRequestsAreTaken() throws Exception {
        start(Map.of("http.limits.requests", "1"));
        beginUpload();

        for (String probe : List.of("/livez", "/readyz", "/", "/v2/")) {
            Response answer = connect().get(probe).read();
            assertThat(answer.status()).as(probe).isEqualTo(200);
            assertThat(answer.header("Connection")).isEqualTo("close");
        }
    }

    @Test
    void theSlowestIsEndedWhereOthersWait() throws Exception {
        start(Map.of("http.limits.requests", "1"));
        RawHttpConnection slow = beginUpload();
        long begin = System.nanoTime();

        Response answer = connect().get("/v2/_catalog").read();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isGreaterThan(Duration.ofSeconds(1));
        assertThat(readsLessThan(1, slow)).isTrue();
    }

    @Test
    void uploadsNeverTakeEverything() throws Exception {
        start(Map.of("http.limits.requests", "8"));
        for (int i = 0; i < 20; i++) {
            RawHttpConnection http = connect();
            String upload = startUpload(http);
            http.send(RawHttpConnection.head("PATCH", upload, "Content-Length: 1000000\r\n"));
        }
        RawHttpConnection http = connect();
        for (int i = 0; i < 10; i++) {
            long begin = System.nanoTime();
            assertThat(http.get("/v2/_catalog").read().status()).isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isLessThan(Duration.ofSeconds(2));
        }
    }

    @Test
    void anUploadThatHardlyMovesIsEndedAndCanGoOn() throws Exception {
        start(Map.of("http.limits.stalltime", "1s", "http.limits.stallbytes", "1000"));
        RawHttpConnection http = connect();
        String upload = startUpload(http);
        http.send(RawHttpConnection.head("PATCH", upload, "Content-Length: 1000000\r\n") + "x");

        Awaitility.await().pollInterval(Duration.ofMillis(50)).until(() -> isCutOff(http));

        Response status = connect().get(upload).read();
        assertThat(status.status()).isEqualTo(204);
        assertThat(status.header("Range")).startsWith("0-").isNotEqualTo("0-0");
    }

    @Test
    void aDownloadThatNobodyTakesIsEnded() throws Exception {
        start(Map.of("http.limits.stalltime", "1s"));
        String blob = push(new byte[10_000_000]);
        RawHttpConnection ranges = connect().send(RawHttpConnection.head("GET", blob, MANY_RANGES));
        RawHttpConnection file = connect().get(blob);
        Thread.sleep(3_000);

        assertThat(readsLessThan(10_000_000, ranges)).isTrue();
        assertThat(readsLessThan(10_000_000, file)).isTrue();
    }

    @Test
    void aBodyThatIsNotWantedIsNotWaitedFor() throws Exception {
        start(Map.of());
        RawHttpConnection http = connect();
        long begin = System.nanoTime();
        http.send(
                RawHttpConnection.head(
                        "PATCH", "/v2/a/blobs/uploads/nothing", "Content-Length: 60000000\r\n"));

        Response answer = http.read();
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("Connection")).isEqualTo("close");
        assertThat(http.isEnded()).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(8));
    }

    @Test
    void aClientThatSendsItAllTheSameSeesTheAnswer() throws Exception {
        start(Map.of());
        for (String framing : List.of("Content-Length: 1000000", "Transfer-Encoding: chunked")) {
            RawHttpConnection http = connect();
            http.send(
                    RawHttpConnection.head(
                            "PATCH", "/v2/a/blobs/uploads/nothing", framing + "\r\n"));
            http.send(framing.startsWith("T") ? "f4240\r\n" : "");
            for (int i = 0; i < 20; i++) {
                http.send("x".repeat(45_000));
                Thread.sleep(2);
            }
            Response answer = http.read();
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.header("Connection")).isEqualTo("close");
        }
    }

    @Test
    void aShortBodyOfASuccessIsNotWaitedForEither() throws Exception {
        start(Map.of());
        RawHttpConnection http = connect();
        http.send(RawHttpConnection.head("GET", "/v2/", "Content-Length: 100\r\n"));

        assertThat(http.read().status()).isEqualTo(200);
        assertThat(http.isEnded()).isTrue();
    }

    @Test
    void connectionsThatWaitMakeRoomForNewOnes() throws Exception {
        start(Map.of("http.limits.connections", "20", "http.limits.connectionsperclient", "1000"));
        List<RawHttpConnection> idle = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            idle.add(connect().get("/v2/"));
            assertThat(idle.getLast().read().status()).isEqualTo(200);
        }

        assertThat(idle.getLast().get("/v2/").read().status()).isEqualTo(200);
        assertThat(idle.getFirst().isEnded()).isTrue();
    }

    @Test
    void aClientThatAsksWithoutEndGivesWayToRequestsThatWait() throws Exception {
        start(Map.of("http.limits.requests", "1"));
        askWithoutEnd("/v2/_catalog");

        for (int i = 0; i < 10; i++) {
            assertThat(connect().get("/v2/_catalog").read().status()).isEqualTo(200);
        }
    }

    @Test
    void oneWhoseReadsGoThroughTheContainerDoesSoToo() throws Exception {
        start(Map.of("http.limits.requests", "1"));
        askWithoutEnd("/v2/%5fcatalog");

        for (int i = 0; i < 10; i++) {
            assertThat(connect().get("/v2/_catalog").read().status()).isEqualTo(200);
        }
    }

    @Test
    void clientsThatAskWithoutEndGiveWayToNewConnections() throws Exception {
        start(Map.of("http.limits.connections", "2", "http.limits.connectionsperclient", "1000"));
        askWithoutEnd("/v2/_catalog");
        askWithoutEnd("/v2/%5fcatalog");

        assertThat(connect().get("/livez").read().status()).isEqualTo(200);
    }

    @Test
    void aStopDoesNotWaitForClientsThatAskWithoutEnd() throws Exception {
        start(Map.of("http.draintimeout", "30s"));
        askWithoutEnd("/v2/_catalog");
        askWithoutEnd("/v2/%5fcatalog");
        long begin = System.nanoTime();

        Objects.requireNonNull(server).close();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void aClientHasOnlySoManyConnections() throws Exception {
        start(Map.of("http.limits.connectionsperclient", "3"));
        List<RawHttpConnection> idle = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            idle.add(connect().get("/v2/"));
            assertThat(idle.getLast().read().status()).isEqualTo(200);
        }
        assertThat(idle.getFirst().isEnded()).isTrue();
        for (RawHttpConnection http : open) {
            http.close();
        }
        // What was closed counts no more, once the server has noticed.
        awaitAnswer();
        for (int i = 0; i < 10; i++) {
            assertThat(connect().get("/v2/").read().status()).isEqualTo(200);
        }
    }

    private void awaitAnswer() throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (true) {
            try {
                connect().get("/v2/").read();
                return;
            } catch (IOException e) {
                assertThat(System.nanoTime()).as("%s", e).isLessThan(deadline);
                Thread.sleep(20);
            }
        }
    }

    @Test
    void aClientHasOnlySoManyRequests() throws Exception {
        start(Map.of("http.limits.requestsperclient", "1", "http.trustforwarded", "true"));
        beginUpload();

        Response refused = connect().get("/v2/_catalog").read();
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("Retry-After")).isNotBlank();
        assertThat(refused.text())
                .contains("TOOMANYREQUESTS", "same time: 1 (http.limits.requestsperclient)");
        RawHttpConnection other =
                connect()
                        .send(
                                RawHttpConnection.head(
                                        "GET", "/v2/_catalog", "X-Forwarded-For: a, b\r\n"));
        assertThat(other.read().status()).isEqualTo(200);
    }

    @Test
    void probesAreAnsweredWhateverElseTheirAddressSends() throws Exception {
        start(Map.of("http.limits.requestsperclient", "1"));
        beginUpload();

        for (String probe : List.of("/livez", "/readyz", "/", "/v2/", "/debug/health")) {
            RawHttpConnection http = connect().get(probe);
            Response answer = http.read();
            assertThat(answer.status()).as(probe).isEqualTo(200);
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(http.isEnded()).isTrue();
        }
        String withBody = RawHttpConnection.head("GET", "/livez", "Content-Length: 100\r\n");
        assertThat(connect().send(withBody).read().status()).isEqualTo(429);
    }

    @Test
    void requestsThatFollowADownloadAtOnceAreAnswered() throws Exception {
        start(Map.of());
        byte[] content = new byte[3_000_000];
        new Random(1).nextBytes(content);
        String blob = push(content);
        String get = RawHttpConnection.head("GET", blob, "");
        RawHttpConnection http =
                connect().send((get + RawHttpConnection.head("GET", "/v2/", "")).repeat(20) + get);

        for (int i = 0; i < 20; i++) {
            assertThat(http.read().body()).isEqualTo(content);
            assertThat(http.read().text()).isEqualTo("{}");
        }
        assertThat(http.read().body()).isEqualTo(content);
        assertThat(http.get("/v2/").read().status()).isEqualTo(200);
    }

    private void start(Map<String, String> settings) {
        server = TestServer.on(folder, settings);
    }

    private RawHttpConnection connect() throws IOException {
        RawHttpConnection http = new RawHttpConnection(Objects.requireNonNull(server).port());
        open.add(http);
        return http;
    }

    /** Requests that follow each other so fast that the next has always come. */
    private void askWithoutEnd(String target) throws Exception {
        RawHttpConnection http = connect();
        String requests = RawHttpConnection.head("GET", target, "").repeat(200);
        CountDownLatch answered = new CountDownLatch(1000);
        Thread.ofVirtual().start(() -> untilTheEnd(() -> http.send(requests)));
        Thread.ofVirtual()
                .start(
                        () ->
                                untilTheEnd(
                                        () -> {
                                            http.read();
                                            answered.countDown();
                                        }));
        answered.await();
    }

    @FunctionalInterface
    private interface Exchange {

        void run() throws IOException;
    }

    private static void untilTheEnd(Exchange exchange) {
        try {
            while (true) {
                exchange.run();
            }
        } catch (IOException e) {
            // The server has closed the connection, or the test is over.
        }
    }

    /** An upload that is being worked on, and whose rest does not come. */
    private RawHttpConnection beginUpload() throws Exception {
        return connect().holdUpload().send("abc");
    }

    private static String startUpload(RawHttpConnection http) throws IOException {
        Response started = http.request("POST", "/v2/a/blobs/uploads/", "", new byte[0]).read();
        return Objects.requireNonNull(started.header("Location"));
    }

    private String push(byte[] content) throws IOException {
        Digest digest = Digest.ofContent(HashAlgorithm.SHA256, content);
        String target = "/v2/a/blobs/uploads/?digest=" + digest;
        assertThat(connect().request("POST", target, "", content).read().status()).isEqualTo(201);
        return "/v2/a/blobs/" + digest;
    }

    /** Whether a byte more meets with no connection, or the end of it was seen. */
    private static boolean isCutOff(RawHttpConnection http) {
        try {
            http.send("x");
            return !http.isSilent();
        } catch (IOException e) {
            return true;
        }
    }

    private static boolean readsLessThan(int length, RawHttpConnection http) {
        try {
            return http.read().body().length < length;
        } catch (IOException e) {
            return true;
        }
    }
}
