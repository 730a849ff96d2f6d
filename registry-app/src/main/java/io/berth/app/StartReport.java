package io.berth.app;

import io.berth.config.RegistrySettings;
import io.berth.config.Secret;
import io.berth.config.UnknownSettings;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;

/**
 * Says in one line where the registry is and where its data are, once it answers; and before that,
 * in one line each, what is set and should not be, or the other way around.
 */
final class StartReport implements ApplicationListener<WebServerInitializedEvent> {

    private static final Logger log = LoggerFactory.getLogger(StartReport.class);

    /** Characters of a secret that nobody finds by trying. */
    private static final int SECRET_LENGTH = 16;

    private final RegistrySettings settings;
    private final Environment environment;

    StartReport(RegistrySettings settings, Environment environment) {
        this.settings = settings;
        this.environment = environment;
    }

    @Override
    public void onApplicationEvent(WebServerInitializedEvent event) {
        UnknownSettings.in(environment).forEach(log::warn);
        adviseOn(settings.http().secret());
        log.info(
                "Berth {} serves {} from {}",
                BerthApplication.Version.current(),
                settings.http().addr().url(event.getWebServer().getPort()),
                Stores.place(settings.storage()));
    }

    private static void adviseOn(@Nullable Secret secret) {
        if (secret != null && secret.value().length() < SECRET_LENGTH) {
            log.warn(
                    "The setting http.secret can be guessed: give it {} random characters or more.",
                    SECRET_LENGTH);
        }
    }
}
