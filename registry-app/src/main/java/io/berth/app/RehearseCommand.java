package io.berth.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code registry rehearse}: a registry with nothing in it starts, is used for some seconds, and
 * stops. Run with {@code -XX:AOTCacheOutput}, the JVM keeps what it saw: the classes, and how their
 * code was run. A server that starts with that cache knows from its first request on what is worth
 * compiling.
 */
@Command(
        name = "rehearse",
        description = "Serves an empty registry to itself for some seconds, for a JVM that learns.",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = 1)
final class RehearseCommand implements Callable<Integer> {

    @Option(
            names = "--rounds",
            description = "How often everything is done once. Default: ${DEFAULT-VALUE}.",
            defaultValue = "400")
    private int rounds;

    @Option(
            names = "--seconds",
            description =
                    "How long that may take; a slow disk gets less. Default: ${DEFAULT-VALUE}.",
            defaultValue = "12")
    private int seconds;

    @Override
    public Integer call() throws IOException {
        Path folder = Files.createTempDirectory("berth-rehearsal");
        try (ConfigurableApplicationContext context = serve(folder);
                Rehearsal rehearsal = new Rehearsal(port(context))) {
            rehearsal.run(rounds, Duration.ofSeconds(seconds));
            return 0;
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private static int port(ConfigurableApplicationContext context) {
        return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    /** As {@code serve} does it, but whatever is set: nobody else's data is touched. */
    private static ConfigurableApplicationContext serve(Path folder) {
        SpringApplication application = ServeCommand.application();
        return application.run(
                "--spring.config.location=classpath:/",
                "--registry.http.addr=127.0.0.1:0",
                "--registry.storage.filesystem.rootdirectory=" + folder);
    }
}
