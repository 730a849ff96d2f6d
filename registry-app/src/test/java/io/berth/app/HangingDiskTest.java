package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Calls to a file system that do not return hold the threads that make them, carriers of virtual
 * threads included. A named pipe without a writer stands for a mount that hangs.
 */
@Timeout(180)
class HangingDiskTest {

    private static final int ASKING = 150;

    @TempDir Path folder;

    @Test
    void otherRequestsAndProbesAreAnswered() throws Exception {
        Path log = folder.resolve("log");
        Path data = folder.resolve("data");
        Path tags = data.resolve("docker/registry/v2/repositories/library/hanging/_manifests/tags");
        Path current = Files.createDirectories(tags.resolve("latest/current"));
        Process made = new ProcessBuilder("mkfifo", current.resolve("link").toString()).start();
        assertThat(made.waitFor()).isZero();

        List<RawHttpConnection> open = new ArrayList<>();
        try (ServerProcess server =
                ServerProcess.start(
                        data, log, Map.of("REGISTRY_HTTP_LIMITS_REQUESTSPERCLIENT", "1000"))) {
            for (int i = 0; i < ASKING; i++) {
                open.add(
                        new RawHttpConnection(server.port())
                                .get("/v2/library/hanging/manifests/latest"));
            }
            long begin = System.nanoTime();
            for (int i = 0; i < 3; i++) {
                assertThat(answer(server, "/livez").status()).isEqualTo(200);
                assertThat(answer(server, "/readyz").status()).isIn(200, 503);
                assertThat(answer(server, "/v2/").status()).isEqualTo(200);
                Response refused = answer(server, "/v2/library/hanging/manifests/latest");
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.header("Retry-After")).isNotBlank();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isLessThan(Duration.ofSeconds(30));
        } finally {
            for (RawHttpConnection http : open) {
                http.close();
            }
        }
    }

    private static Response answer(ServerProcess server, String path) throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            return http.get(path).read();
        }
    }
}
