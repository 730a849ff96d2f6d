package io.berth.cli.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.app.TestServer;
import io.berth.cli.BerthApplication;
import io.berth.client.RawHttpConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingRunTest {

    @TempDir private Path folder;

    @Test
    void endsWellAndLeavesNothingBehind() throws Exception {
        Path data = folder.resolve("data");
        Set<Path> before = trainingFolders();
        System.setProperty("registry.storage.filesystem.rootdirectory", data.toString());
        try {
            assertThat(BerthApplication.execute("train", "--rounds", "2")).isZero();
        } finally {
            System.clearProperty("registry.storage.filesystem.rootdirectory");
        }
        assertThat(data).doesNotExist();
        assertThat(trainingFolders()).isEqualTo(before);
    }

    private static Set<Path> trainingFolders() throws IOException {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        try (Stream<Path> all = Files.list(temporary)) {
            return all.filter(path -> path.getFileName().toString().startsWith("berth-training"))
                    .collect(Collectors.toSet());
        }
    }

    @Test
    void doesWhatItSays() throws Exception {
        try (TestServer server = TestServer.on(folder);
                TrainingRun training = new TrainingRun(server.port());
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            training.run(3, Duration.ofMinutes(1));

            assertThat(http.get("/v2/training/app/tags/list").read().text())
                    .contains("[\"tag0\",\"tag1\",\"tag2\"]");
        }
    }

    @Test
    void endsWhenItsTimeIsOver() throws Exception {
        try (TestServer server = TestServer.on(folder);
                TrainingRun training = new TrainingRun(server.port());
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            training.run(1000, Duration.ZERO);

            assertThat(http.get("/v2/training/app/tags/list").read().text()).contains("[\"tag0\"]");
        }
    }

    @Test
    void saysWhatWasAnsweredOtherwise() throws Exception {
        Map<String, String> settings = Map.of("storage.delete.enabled", "false");
        try (TestServer server = TestServer.on(folder, settings);
                TrainingRun training = new TrainingRun(server.port())) {
            assertThatThrownBy(() -> training.run(1, Duration.ofMinutes(1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("DELETE", "405");
        }
    }
}
