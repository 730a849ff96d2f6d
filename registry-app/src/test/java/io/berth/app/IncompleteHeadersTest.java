package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.client.RawHttpConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One address fills the room for incomplete headers; requests of other addresses are served. */
@Timeout(120)
class IncompleteHeadersTest {

    @TempDir Path folder;
    @TempDir Path logs;

    private final List<RawHttpConnection> open = new ArrayList<>();
    private @Nullable ServerProcess server;

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
    void aHeaderInTwoPartsIsAnswered() throws Exception {
        start(Map.of());
        fill("GET /v2/ HTTP/1.1\r\nX: %s");

        for (int i = 0; i < 3; i++) {
            RawHttpConnection http =
                    connect().send("GET /v2/ HTTP/1.1\r\nHost: a\r\nX: " + "a".repeat(2000));
            theServerHasRead(http);
            http.send("\r\n\r\n");

            assertThat(http.read().status()).isEqualTo(200);
        }
    }

    @Test
    void aRequestThatWaitsIsAnswered() throws Exception {
        start(Map.of("REGISTRY_HTTP_LIMITS_REQUESTS", "1"));
        connect().holdUpload();
        fill("GET /v2/_catalog HTTP/1.1\r\nHost: a\r\nX: %s\r\n\r\n");

        RawHttpConnection http =
                connect()
                        .send(
                                RawHttpConnection.head(
                                        "GET", "/v2/_catalog", "X: " + "a".repeat(2000) + "\r\n"));

        assertThat(http.read().status()).isEqualTo(200);
    }

    private void start(Map<String, String> settings) throws Exception {
        server = ServerProcess.start(folder, logs.resolve("log"), settings);
    }

    private RawHttpConnection connect() throws IOException {
        RawHttpConnection http = new RawHttpConnection(Objects.requireNonNull(server).port());
        open.add(http);
        return http;
    }

    /** To the last bytes, for the least heap: what the large ones leave goes to smaller ones. */
    private void fill(String format) throws IOException {
        fill(format, 32_000, 100);
        fill(format, 4_000, 30);
        fill(format, 500, 40);
    }

    private void fill(String format, int length, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            RawHttpConnection http = connect();
            try {
                http.send(format.formatted("a".repeat(length)));
            } catch (IOException e) {
                // The server has closed it already.
            }
        }
    }

    /** A probe on another connection is answered after what was sent before it was looked at. */
    private void theServerHasRead(RawHttpConnection http) throws Exception {
        assertThat(connect().get("/livez").read().status()).isEqualTo(200);
        assertThat(http.isSilent()).isTrue();
        Thread.sleep(100); // only makes it likelier that a wrong server is found out
    }
}
