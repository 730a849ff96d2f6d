package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.cli.BerthApplication;
import io.berth.cli.ServeCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.event.ContextClosedEvent;

/** A process that is told to stop ends, also where what has to be closed hangs. */
@Timeout(180)
class HangingStopTest {

    @TempDir Path folder;

    @Test
    void theProcessEndsInTheTimeThatIsSet() throws Exception {
        Map<String, String> soon = Map.of("REGISTRY_HTTP_DRAINTIMEOUT", "1s");
        try (ServerProcess server =
                ServerProcess.start(
                        HangingWhenClosed.class,
                        folder.resolve("data"),
                        folder.resolve("log"),
                        soon)) {
            assertThat(server.stop(Duration.ofSeconds(30))).isTrue();
            assertThat(server.said())
                    .contains("the stop did not end within 6 s, so the process is halted");
        }
    }

    /** The times that are set are the default ones, and the folder is never let go of. */
    @Test
    void aStartThatWaitsForItsFolderEnds() throws Exception {
        Path data = folder.resolve("data");
        try (TestServer first = TestServer.on(data);
                ServerProcess second =
                        ServerProcess.begin(
                                BerthApplication.class, data, folder.resolve("log"), Map.of())) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(90))
                    .until(() -> second.said().contains("waiting up to 60 s"));

            assertThat(second.stop(Duration.ofSeconds(20))).isTrue();
            assertThat(second.said())
                    .contains("told to stop while " + data + " was in use by another process")
                    .doesNotContain("serves", "halted", "Exception");
            assertThat(first.port()).isPositive();
        }
    }

    /** The application with a part whose end never comes. */
    static final class HangingWhenClosed {

        private HangingWhenClosed() {}

        public static void main(String[] args) {
            SpringApplication application = ServeCommand.process();
            application.addInitializers(
                    context ->
                            context.addApplicationListener(
                                    event -> {
                                        if (event instanceof ContextClosedEvent) {
                                            hang();
                                        }
                                    }));
            application.run();
        }

        private static void hang() {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
