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
        description = {
            "Uses an empty registry for some seconds, and ends.",
            "For a JVM run with -XX:AOTCacheOutput, which learns from it."
        },
        hidden = true, // for the launcher, not for users
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = 1)
final class RehearseCommand implements Callable<Integer> {

    /** A slow disk gets fewer rounds. */
    private static final Duration LONGEST = Duration.ofSeconds(12);

    @Option(
            names = "--rounds",
            description = "How often everything is done once. Default: ${DEFAULT-VALUE}.",
            defaultValue = "400")
    private int rounds;

    @Override
    public Integer call() throws IOException {
        Path folder = Files.createTempDirectory("berth-rehearsal");
        try (ConfigurableApplicationContext context = serve(folder);
                Rehearsal rehearsal = new Rehearsal(port(context))) {
            rehearsal.run(rounds, LONGEST);
            return 0;
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private static int port(ConfigurableApplicationContext context) {
        return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    /**
     * As {@code serve} does it, settings in the environment included, but never on anybody's data.
     */
    private static ConfigurableApplicationContext serve(Path folder) {
        SpringApplication application = ServeCommand.application();
        return application.run(
                "--spring.config.location=classpath:/",
                "--registry.http.addr=127.0.0.1:0",
                "--registry.storage.filesystem.rootdirectory=" + folder);
    }
}
