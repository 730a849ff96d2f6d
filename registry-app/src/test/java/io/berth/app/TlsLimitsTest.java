package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.client.RawHttpConnection;
import io.berth.server.tls.TestCertificates;
import io.berth.server.tls.TestCertificates.Identity;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits of connections and requests hold with TLS, and other clients are served at them. */
@Timeout(90)
class TlsLimitsTest {

    private static final Identity ROOT = TestCertificates.authority("root");
    private static final SSLContext CLIENT = TestCertificates.client(ROOT.certificate(), null);

    private static final int CLIENTS = 6;
    private static final int RECORDS = 4;

    /** Requests of a record, of which two do not fit into a buffer. */
    private static final int REQUESTS = 200;

    private final List<RawHttpConnection> open = new ArrayList<>();

    @TempDir Path folder;
    @TempDir Path certificates;
    private @Nullable TestServer server;

    private void start(Map<String, String> limits) throws IOException {
        TestCertificates.write(certificates, TestCertificates.issue(ROOT, "server"));
        Map<String, String> settings = new HashMap<>(limits);
        settings.put("http.tls.certificate", certificates.resolve("server.pem").toString());
        settings.put("http.tls.key", certificates.resolve("server.key").toString());
        server = TestServer.on(folder, settings);
    }

    @AfterEach
    void stop() throws IOException {
        for (RawHttpConnection http : open) {
            http.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private int port() {
        return Objects.requireNonNull(server).port();
    }

    private RawHttpConnection connect() throws IOException {
        RawHttpConnection http =
                new RawHttpConnection(
                        CLIENT.getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), port()));
        open.add(http);
        return http;
    }

    /** What a client has sent together waits for others, too, and is not forgotten. */
    @Test
    void requestsThatComeTogetherTakeTurnsWithThoseOfOthers() throws Exception {
        start(Map.of("http.limits.requests", "1", "http.limits.requestsperclient", "100"));
        List<Future<Integer>> answered = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
            for (int i = 0; i < CLIENTS; i++) {
                RawHttpConnection http = connect();
                answered.add(threads.submit(() -> askAll(http)));
            }
        }
        for (Future<Integer> client : answered) {
            assertThat(client.get()).isEqualTo(RECORDS * REQUESTS);
        }
    }

    private static int askAll(RawHttpConnection http) throws IOException {
        for (int i = 0; i < RECORDS; i++) {
            http.send(RawHttpConnection.head("GET", "/v2/a/tags/list", "").repeat(REQUESTS));
        }
        int count = 0;
        while (count < RECORDS * REQUESTS && http.read().status() == 404) {
            count++;
        }
        return count;
    }

    @Test
    void probesAreAnsweredBeyondTheLimitOfRequests() throws Exception {
        start(Map.of("http.limits.requests", "1"));
        connect().holdUpload();

        RawHttpConnection.Response probe = connect().get("/livez").read();

        assertThat(probe.status()).isEqualTo(200);
        assertThat(probe.header("Connection")).isEqualTo("close");
    }

    /** Nothing, and the beginning of a handshake. */
    @ParameterizedTest
    @ValueSource(strings = {"", "\u0016\u0003\u0001\u0002\u0000\u0001"})
    void handshakesThatAreNotEndedGiveWayToNewConnections(String begun) throws Exception {
        start(
                Map.of(
                        "http.limits.connections", "16",
                        "http.limits.connectionsperclient", "16",
                        "http.limits.headertime", "10m"));
        for (int i = 0; i < 40; i++) {
            RawHttpConnection http = new RawHttpConnection(port());
            open.add(http);
            try {
                http.send(begun);
            } catch (IOException e) {
                // It has given way already.
            }
        }

        assertThat(connect().get("/v2/").read().status()).isEqualTo(200);
    }
}
