package io.berth.cli;

import io.berth.app.RegistryApplication;
import io.berth.config.LoadedSettings;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code registry serve}: runs the registry until the process is told to stop. */
@Command(
        name = "serve",
        description =
                "Serves the registry. Environment variables configure it: docs/configuration.md.",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = 1)
public final class ServeCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    /** Distribution takes the path of its configuration as this parameter. */
    @Parameters(arity = "0..1", hidden = true)
    private @Nullable String file;

    /** Returns 1 when the registry cannot start; the reason is logged before. */
    @Override
    public Integer call() {
        if (file != null && spec != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Configuration files such as config.yml are not supported. Set environment"
                            + " variables instead, as docs/configuration.md explains.");
        }
        try {
            process().run();
            return 0;
        } catch (RuntimeException e) {
            return 1;
        }
    }

    /** The application with a {@link StopWatchdog}, so that a stop ends the process in time. */
    public static SpringApplication process() {
        SpringApplication application = RegistryApplication.configured();
        application.addInitializers(
                context ->
                        StopWatchdog.watch(
                                context.getBeanFactory()
                                        .getBean(LoadedSettings.class)
                                        .settings()
                                        .http()
                                        .server()
                                        .drainTimeout()
                                        .duration()));
        return application;
    }
}
