package io.berth.config;

import io.berth.server.ServerSettings;
import java.net.BindException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;

/**
 * Explains why the server cannot listen on its address, and what to do. Takes precedence over
 * Spring's own analyzer, which only knows ports in use and does not name the setting.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ListenFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

    /** Settings are read from it again, as the beans are destroyed when a failure is analyzed. */
    private final Environment environment;

    ListenFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
        if (!(environment instanceof ConfigurableEnvironment sources)) {
            return null;
        }
        ServerSettings settings = LoadedSettings.from(sources).settings().http().server();
        return new FailureAnalysis(
                "The registry cannot listen on "
                        + settings.addr()
                        + ": "
                        + cause.getMessage()
                        + ".",
                "Set http.addr (variable REGISTRY_HTTP_ADDR) to an address of this machine and a"
                        + " port that is free, such as 127.0.0.1:5001, or :5001 for all addresses;"
                        + " or end the process that uses the port. Ports below 1024 often need a"
                        + " permission.",
                rootFailure);
    }
}
