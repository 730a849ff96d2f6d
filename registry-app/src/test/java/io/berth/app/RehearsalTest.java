package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTest {

    private static final String TEMPORARY = "java.io.tmpdir";

    @TempDir private Path folder;

    @Test
    void endsWellAndLeavesNothingBehind() throws Exception {
        Path data = folder.resolve("data");
        String before = System.setProperty(TEMPORARY, folder.toString());
        System.setProperty("registry.storage.filesystem.rootdirectory", data.toString());
        try {
            assertThat(BerthApplication.execute("rehearse", "--rounds", "2")).isZero();
        } finally {
            System.setProperty(TEMPORARY, before);
            System.clearProperty("registry.storage.filesystem.rootdirectory");
        }
        assertThat(data).doesNotExist();
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.filter(path -> path.getFileName().toString().startsWith("berth")))
                    .isEmpty();
        }
    }

    @Test
    void doesWhatItSays() throws Exception {
        try (TestServer server = TestServer.on(folder);
                Rehearsal rehearsal = new Rehearsal(server.port());
                RawHttp http = new RawHttp(server.port())) {
            rehearsal.run(3, Duration.ofMinutes(1));

            assertThat(http.get("/v2/rehearsal/app/tags/list").read().text())
                    .contains("[\"tag0\",\"tag1\",\"tag2\"]");
        }
    }

    @Test
    void endsWhenItsTimeIsOver() throws Exception {
        try (TestServer server = TestServer.on(folder);
                Rehearsal rehearsal = new Rehearsal(server.port());
                RawHttp http = new RawHttp(server.port())) {
            rehearsal.run(1000, Duration.ZERO);

            assertThat(http.get("/v2/rehearsal/app/tags/list").read().text())
                    .contains("[\"tag0\"]");
        }
    }

    @Test
    void saysWhatWasAnsweredOtherwise() throws Exception {
        Map<String, String> settings = Map.of("storage.delete.enabled", "false");
        try (TestServer server = TestServer.on(folder, settings);
                Rehearsal rehearsal = new Rehearsal(server.port())) {
            assertThatThrownBy(() -> rehearsal.run(1, Duration.ofMinutes(1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("DELETE", "405");
        }
    }
}
