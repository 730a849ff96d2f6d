package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.client.RawHttpConnection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that may open few files gives up connections rather than be deaf. */
@Timeout(180)
class FewFilesTest {

    private static final int FILES = 256;

    @TempDir Path folder;

    @Test
    void idleConnectionsMakeRoom() throws Exception {
        List<RawHttpConnection> idle = new ArrayList<>();
        try (ServerProcess server =
                ServerProcess.startWithFiles(
                        FILES, folder.resolve("data"), folder.resolve("log"))) {
            for (int i = 0; i < FILES * 3 / 2; i++) {
                RawHttpConnection http = new RawHttpConnection(server.port());
                idle.add(http);
                assertThat(http.get("/v2/").read().status()).isEqualTo(200);
            }
            assertThat(server.said()).contains("serves").doesNotContain("WARN", "open files");
        } finally {
            for (RawHttpConnection http : idle) {
                http.close();
            }
        }
    }
}
