package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
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
