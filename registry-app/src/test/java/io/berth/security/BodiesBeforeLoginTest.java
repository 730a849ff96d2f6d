package io.berth.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that have not said who they are cost next to nothing, whatever body they announce. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BodiesBeforeLoginTest {

    private static final String DIGEST = "sha256:" + "a".repeat(64);

    /** More than buffers of both sides hold. */
    private static final long MOST_BYTES = 256L << 20;

    private AttackedServer server;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        server = new AttackedServer(folder, Map.of());
        server.pushImage("a", "v1");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    static Stream<String> writes() {
        String upload = "/v2/a/blobs/uploads/0b1e3f60-5b0a-4c2e-9a53-0d8f6d1c2b3a";
        return Stream.of(
                "POST /v2/a/blobs/uploads/",
                "POST /v2/a/blobs/uploads/?digest=" + DIGEST,
                "PATCH " + upload,
                "PUT " + upload + "?digest=" + DIGEST,
                "PUT /v2/a/manifests/v1",
                "DELETE /v2/a/manifests/v1");
    }

    private static final List<String> BODIES =
            List.of(
                    "Content-Length: 100000000000\r\n",
                    "Transfer-Encoding: chunked\r\n",
                    "Content-Length: 1000\r\nExpect: 100-continue\r\n");

    @Test
    void theAnswerDoesNotWaitForTheBody() throws Exception {
        for (String write : writes().toList()) {
            for (String body : BODIES) {
                String[] words = write.split(" ");
                try (RawHttpConnection http = new RawHttpConnection(server.port())) {
                    http.send(RawHttpConnection.head(words[0], words[1], body));
                    long begun = System.nanoTime();
                    Response answer = http.read();

                    assertThat(answer.status()).as("%s %s", write, body).isEqualTo(401);
                    assertThat(Duration.ofNanos(System.nanoTime() - begun))
                            .isLessThan(Duration.ofSeconds(10));
                }
            }
        }
        assertNothingStored();
    }

    private void assertNothingStored() throws IOException {
        try (Stream<Path> files = Files.walk(server.data)) {
            assertThat(files.map(Path::toString).filter(file -> file.contains("/_uploads/")))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 100000000000\r\n", "Transfer-Encoding: chunked\r\n"})
    void anEndlessBodyIsNotRead(String header) throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            http.send(RawHttpConnection.head("POST", "/v2/a/blobs/uploads/", header));
            assertThat(http.read().status()).isEqualTo(401);
            assertThat(sent(http, header.startsWith("Transfer"))).isLessThan(MOST_BYTES);
        }
    }

    /** How many bytes the server takes before it ends the connection. */
    private static long sent(RawHttpConnection http, boolean chunked) {
        String mebibyte = "x".repeat(1 << 20);
        long sent = 0;
        try {
            while (sent < MOST_BYTES) {
                http.send(chunked ? "100000\r\n" + mebibyte + "\r\n" : mebibyte);
                sent += mebibyte.length();
            }
        } catch (IOException e) {
            return sent;
        }
        return sent;
    }

    @Test
    void manyWhoSendNothingMoreKeepNobodyWaiting() throws Exception {
        List<RawHttpConnection> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                RawHttpConnection http = new RawHttpConnection(server.port());
                silent.add(http);
                http.send(
                        RawHttpConnection.head(
                                "PUT", "/v2/a/manifests/v1", "Content-Length: 4000000\r\n"));
                http.send("{");
            }
            long begun = System.nanoTime();
            Response answer = server.send("GET", "/v2/a/manifests/v1", server.all("a"));

            assertThat(answer.status()).isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isLessThan(Duration.ofSeconds(10));
        } finally {
            for (RawHttpConnection http : silent) {
                http.close();
            }
        }
    }
}
