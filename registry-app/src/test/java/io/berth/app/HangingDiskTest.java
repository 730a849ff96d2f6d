package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import java.io.IOException;
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
 * threads included. A file with a lease of another process stands for a mount that hangs: to open
 * it takes as long as the kernel waits for that process, which is 45 s.
 */
@Timeout(180)
class HangingDiskTest {

    private static final int ASKING = 150;

    private static final String LEASE =
            """
            import fcntl, os, signal, sys
            signal.signal(signal.SIGIO, signal.SIG_IGN)
            file = os.open(sys.argv[1], os.O_RDWR)
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
            print("held", flush=True)
            signal.pause()
            """;

    @TempDir Path folder;

    @Test
    void otherRequestsAndProbesAreAnswered() throws Exception {
        Path log = folder.resolve("log");
        Path data = folder.resolve("data");
        Path tags = data.resolve("docker/registry/v2/repositories/library/hanging/_manifests/tags");
        Path current = Files.createDirectories(tags.resolve("latest/current"));
        Path link = Files.writeString(current.resolve("link"), "sha256:" + "0".repeat(64));

        List<RawHttpConnection> open = new ArrayList<>();
        Process holder = lease(link);
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
            holder.destroyForcibly();
            for (RawHttpConnection http : open) {
                http.close();
            }
        }
    }

    /** Java has no leases, so this needs Python, and a file system that has them. */
    private static Process lease(Path file) throws Exception {
        Process holder;
        try {
            holder = new ProcessBuilder("python3", "-c", LEASE, file.toString()).start();
        } catch (IOException e) {
            return abort("no python3, which takes the lease of a file");
        }
        if (!"held".equals(holder.inputReader().readLine())) {
            return abort("no leases here: " + holder.errorReader().lines().toList());
        }
        return holder;
    }

    private static Response answer(ServerProcess server, String path) throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            return http.get(path).read();
        }
    }
}
