package io.berth.app;

import java.util.concurrent.Callable;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import picocli.CommandLine.Command;

/** {@code registry serve}: runs the registry until the process is told to stop. */
@Command(
        name = "serve",
        description = "Serves the registry. Variables set it up: docs/configuration.md.",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = 1)
final class ServeCommand implements Callable<Integer> {

    /** Gives 1 when the registry cannot start; the reason has been logged by then. */
    @Override
    public Integer call() {
        try {
            application().run();
            return 0;
        } catch (RuntimeException e) {
            return 1;
        }
    }

    static SpringApplication application() {
        SpringApplication application = new SpringApplication(RegistryApplication.class);
        application.setBannerMode(Banner.Mode.OFF);
        application.setLogStartupInfo(false);
        return application;
    }
}
