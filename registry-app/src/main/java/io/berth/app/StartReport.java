package io.berth.app;

import io.berth.settings.RegistrySettings;
import io.berth.settings.UnknownSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;

/** Says in one line where the registry is and where its data are, once it answers. */
final class StartReport implements ApplicationListener<WebServerInitializedEvent> {

    private static final Logger log = LoggerFactory.getLogger(StartReport.class);

    private final RegistrySettings settings;
    private final Environment environment;

    StartReport(RegistrySettings settings, Environment environment) {
        this.settings = settings;
        this.environment = environment;
    }

    @Override
    public void onApplicationEvent(WebServerInitializedEvent event) {
        UnknownSettings.in(environment).forEach(log::warn);
        log.info(
                "Berth {} serves {} from {}",
                BerthApplication.Version.current(),
                settings.http().addr().url(event.getWebServer().getPort()),
                settings.storage());
    }
}
