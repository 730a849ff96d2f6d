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
 * {@code registry train}, a training run for the AOT cache of the JVM (JEP 514): a registry with
 * nothing in it starts, is used for some seconds, and stops. With {@code -XX:AOTCacheOutput}, the
 * JVM keeps the classes that it loaded and how their code was run (JEP 515). A server that starts
 * with that cache knows from its first request on what is worth compiling.
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

    /** A slow disk gets fewer rounds. */
    private static final Duration LONGEST = Duration.ofSeconds(12);

    @Option(
            names = "--rounds",
            description = "How often everything is done once. Default: ${DEFAULT-VALUE}.",
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
     * As {@code serve} does it, settings in the environment included, but never on data of users.
     */
    private static ConfigurableApplicationContext serve(Path folder) {
        SpringApplication application = RegistryApplication.configured();
        return application.run(
                "--spring.config.location=classpath:/",
                "--registry.http.addr=127.0.0.1:0",
                "--registry.storage.filesystem.rootdirectory=" + folder);
    }
}
