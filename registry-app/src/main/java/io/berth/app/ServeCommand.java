package io.berth.app;

import io.berth.config.LoadedSettings;
import io.berth.config.LogSettings;
import io.berth.logging.LogLimit;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code registry serve}: runs the registry until the process is told to stop. */
@Command(
        name = "serve",
        description = "Serves the registry. Variables set it up: docs/configuration.md.",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = 1)
final class ServeCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    /** Distribution takes its configuration here. */
    @Parameters(arity = "0..1", hidden = true)
    private @Nullable String file;

    /** Gives 1 when the registry cannot start; the reason has been logged by then. */
    @Override
    public Integer call() {
        if (file != null && spec != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Files of settings such as config.yml are not read yet. Set what is in it by"
                            + " variables: docs/configuration.md says how.");
        }
        try {
            process().run();
            return 0;
        } catch (RuntimeException e) {
            return 1;
        }
    }

    /** The application as a process, whose stop ends it in time. */
    static SpringApplication process() {
        SpringApplication application = application();
        application.addInitializers(
                context ->
                        StopWatchdog.watch(
                                context.getBeanFactory()
                                        .getBean(LoadedSettings.class)
                                        .settings()
                                        .http()
                                        .drainTimeout()
                                        .duration()));
        return application;
    }

    static SpringApplication application() {
        SpringApplication application = new SpringApplication(RegistryApplication.class);
        application.setBannerMode(Banner.Mode.OFF);
        application.setLogStartupInfo(false);
        application.addInitializers(ServeCommand::load);
        return application;
    }

    /** Before anything else is made, so that nothing is begun with settings that are wrong. */
    private static void load(ConfigurableApplicationContext context) {
        LoadedSettings loaded = LoadedSettings.from(context.getEnvironment());
        context.getBeanFactory().registerSingleton("loadedSettings", loaded);
        LogLimit.install();
        LogSettings.Level level = loaded.settings().log().level();
        if (level != LogSettings.Level.INFO) {
            LoggingSystem.get(ServeCommand.class.getClassLoader())
                    .setLogLevel("io.berth", LogLevel.valueOf(level.name()));
        }
    }
}
