package io.berth.cli.training;

import io.berth.app.RegistryApplication;
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
 * {@code registry train}, a training run for the AOT cache of the JVM (JEP 514): an empty registry
 * starts, serves requests for some seconds, and stops. With {@code -XX:AOTCacheOutput}, the JVM
 * writes the loaded classes and the profiles of their methods (JEP 515) to the cache. A server that
 * starts with the cache compiles hot methods from its first request on.
 */
@Command(
        name = "train",
        description = {
            "Uses an empty registry for some seconds, and ends: a training run",
            "for a JVM that is to write an AOT cache (-XX:AOTCacheOutput)."
        },
        hidden = true, // for the launcher, not for users
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = 1)
public final class TrainCommand implements Callable<Integer> {

    /** The longest training run: on a slow disk it has fewer rounds. */
    private static final Duration LONGEST = Duration.ofSeconds(12);

    @Option(
            names = "--rounds",
            description = "The number of rounds of requests. Default: ${DEFAULT-VALUE}.",
            defaultValue = "400")
    private int rounds;

    @Override
    public Integer call() throws IOException {
        Path folder = Files.createTempDirectory("berth-training");
        try (ConfigurableApplicationContext context = serve(folder);
                TrainingRun training = new TrainingRun(port(context))) {
            training.run(rounds, LONGEST);
            return 0;
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private static int port(ConfigurableApplicationContext context) {
        return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    /**
     * Starts the registry as {@code serve} does, with the settings of the environment, but with an
     * empty folder for its data.
     */
    private static ConfigurableApplicationContext serve(Path folder) {
        SpringApplication application = RegistryApplication.configured();
        return application.run(
                "--spring.config.location=classpath:/",
                "--registry.http.addr=127.0.0.1:0",
                "--registry.storage.filesystem.rootdirectory=" + folder);
    }
}
