package io.berth.app;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A server that is told to stop lets clients finish what they have begun. */
@ExtendWith(OutputCaptureExtension.class)
class StopTest {

    /** More than the buffers of both sockets hold, so that sending it takes a reader. */
    private static final int LARGE = 64 * 1024 * 1024;

    @TempDir Path folder;

    @Test
    void anUploadIsFinished() throws Exception {
        TestServer server = TestServer.on(folder);
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            String upload = beginUpload(http);

            Future<?> stop = stop(server);
            http.send("def");
            Response response = http.read();
            stop.get(20, SECONDS);

            assertThat(response.status()).isEqualTo(202);
            assertThat(response.header("Range")).isEqualTo("0-5");
            assertThat(upload).isNotEmpty();
        }
    }

    @Test
    void aFileOnItsWayArrives() throws Exception {
        TestServer server = TestServer.on(folder);
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            byte[] content = new byte[LARGE];
            String blob = push(http, content);
            http.get(blob);
            awaitBegin(http);

            Future<?> stop = stop(server);
            Response response = http.read();
            stop.get(20, SECONDS);

            assertThat(response.body()).isEqualTo(content);
        }
    }

    /** Once for requests and files together: one time after the other would be six seconds. */
    @Test
    void patienceEnds(CapturedOutput output) throws Exception {
        TestServer server = TestServer.on(folder, Map.of("http.draintimeout", "3s"));
        try (RawHttpConnection uploading = new RawHttpConnection(server.port());
                RawHttpConnection downloading = new RawHttpConnection(server.port())) {
            String blob = push(downloading, new byte[LARGE]);
            downloading.get(blob);
            awaitBegin(downloading);
            beginUpload(uploading);

            long begin = System.nanoTime();
            server.close();

            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isBetween(Duration.ofSeconds(3), Duration.ofMillis(5500));
            assertThatThrownBy(downloading::read).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> uploading.send("def").read()).isInstanceOf(IOException.class);
            assertThat(output)
                    .contains("1 requests and 1 files, and aborted 1 requests and 1 files");
        }
    }

    @Test
    void zeroIsNoPatience() throws Exception {
        TestServer server = TestServer.on(folder, Map.of("http.draintimeout", "0"));
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            beginUpload(http);

            stop(server).get(20, SECONDS);

            assertThatThrownBy(() -> http.send("def").read()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void isNotReadyBeforeItTakesNoMoreConnections() throws Exception {
        TestServer server = TestServer.on(folder, Map.of("http.stopdelay", "2s"));
        int port = server.port();
        assertThat(status(port, "/readyz")).isEqualTo(200);

        Future<?> stop = CompletableFuture.runAsync(server::close);
        Awaitility.await().until(() -> status(port, "/readyz") == 503);
        assertThat(status(port, "/v2/")).isEqualTo(200);
        assertThat(status(port, "/livez")).isEqualTo(200);

        stop.get(20, SECONDS);
        assertThatThrownBy(() -> status(port, "/livez")).isInstanceOf(IOException.class);
    }

    @Test
    void allOfItKeepsToOneTime() throws Exception {
        TestServer server =
                TestServer.on(
                        folder, Map.of("http.stopdelay", "20s", "http.draintimeout", "1500ms"));
        assertThat(status(server.port(), "/readyz")).isEqualTo(200);
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            beginUpload(http);
            long begin = System.nanoTime();
            server.close();

            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isBetween(Duration.ofMillis(1500), Duration.ofSeconds(8));
        }
    }

    @Test
    void saysWhatItWaitedForAndWhatItCut(CapturedOutput output) throws Exception {
        TestServer server = TestServer.on(folder, Map.of("http.draintimeout", "300ms"));
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            beginUpload(http);
            server.close();

            assertThat(output)
                    .containsPattern("waiting up to 0\\.\\d+ s for 1 requests and 0 files")
                    .containsPattern(
                            "waited 0\\.3\\d* s for 1 requests and 0 files, and aborted 1 requests");
        }
    }

    private static int status(int port, String path) throws IOException {
        try (RawHttpConnection http = new RawHttpConnection(port)) {
            return http.get(path).read().status();
        }
    }

    /** An upload whose second half has yet to come. */
    private static String beginUpload(RawHttpConnection http) throws IOException {
        Response started = http.request("POST", "/v2/a/blobs/uploads/", "", new byte[0]).read();
        String upload = Objects.requireNonNull(started.header("Location"));
        http.send(
                RawHttpConnection.head(
                        "PATCH", upload, "Expect: 100-continue\r\nContent-Length: 6\r\n"));
        // So that the request is being worked on when the server is told to stop.
        assertThat(http.read().status()).isEqualTo(100);
        http.send("abc");
        return upload;
    }

    private static void awaitBegin(RawHttpConnection http) {
        Awaitility.await().until(() -> !http.isSilent());
    }

    /** Returns when nobody new is let in. */
    private static Future<?> stop(TestServer server) {
        int port = server.port();
        Future<?> stop = CompletableFuture.runAsync(server::close);
        Awaitility.await()
                .until(
                        () -> {
                            try (RawHttpConnection late = new RawHttpConnection(port)) {
                                return late.get("/v2/").isEnded();
                            } catch (ConnectException | EOFException e) {
                                return true;
                            } catch (IOException e) {
                                return false;
                            }
                        });
        return stop;
    }

    private static String push(RawHttpConnection http, byte[] content) throws IOException {
        Digest digest = Digest.ofContent(HashAlgorithm.SHA256, content);
        String target = "/v2/a/blobs/uploads/?digest=" + digest;
        assertThat(http.request("POST", target, "", content).read().status()).isEqualTo(201);
        return "/v2/a/blobs/" + digest;
    }
}
