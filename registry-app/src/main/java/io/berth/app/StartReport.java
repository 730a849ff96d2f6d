package io.berth.app;

import io.berth.auth.ExposureAdvice;
import io.berth.config.HttpSettings;
import io.berth.config.LoadedSettings;
import io.berth.server.ListenAddress;
import io.berth.server.OpenFileLimit;
import io.berth.server.ServerSettings;
import io.berth.server.connection.ConnectionLimits;
import io.berth.setting.Secret;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;

/**
 * Logs warnings about the settings, one line each, and then one line with the address of the
 * registry and the place of its data, once the server listens.
 */
final class StartReport implements ApplicationListener<WebServerInitializedEvent> {

    private static final Logger log = LoggerFactory.getLogger(StartReport.class);

    /** The least characters of a secret that cannot be guessed by brute force. */
    private static final int SECRET_LENGTH = 16;

    private final LoadedSettings loaded;
    private final ConnectionLimits limits;
    private final boolean readOnly;

    StartReport(LoadedSettings loaded, ConnectionLimits limits, boolean readOnly) {
        this.loaded = loaded;
        this.limits = limits;
        this.readOnly = readOnly;
    }

    @Override
    public void onApplicationEvent(WebServerInitializedEvent event) {
        loaded.remarks().forEach(log::warn);
        adviseOnSecret(loaded.settings().http().secret());
        adviseOnMemory(MemoryBudget.ofProcess());
        adviseOnExposure(loaded.settings().http());
        adviseOnOpenFiles(limits.adviceOnOpenFiles(OpenFileLimit.get()));
        if (readOnly) {
            log.info(
                    "The registry is read-only: it refuses all requests that change something"
                            + " (storage.maintenance.readonly.enabled).");
        }
        ServerSettings server = loaded.settings().http().server();
        log.info(
                "Berth {} serves {} from {}",
                BerthVersion.current(),
                server.addr().url(server.scheme(), event.getWebServer().getPort()),
                Stores.place(loaded.settings().storage()));
    }

    static void adviseOnMemory(MemoryBudget memory) {
        if (memory.isTooSmall()) {
            log.warn(
                    "The heap limit is {} MiB, too little for many clients at the same"
                            + " time: set it to 128 MiB or more, with BERTH_HEAP=128m for the launcher"
                            + " or -Xmx128m for java.",
                    memory.heapMebibytes());
        }
    }

    private void adviseOnExposure(HttpSettings http) {
        ListenAddress address = http.server().addr();
        URI host = http.urls().host();
        String advice =
                ExposureAdvice.of(
                        loaded.settings().auth(),
                        address.toString(),
                        address.isLoopback(),
                        http.server().tls().isOn()
                                || (host != null && host.getScheme().equals("https")),
                        !readOnly);
        if (advice != null) {
            log.warn(advice);
        }
    }

    private static void adviseOnOpenFiles(@Nullable String advice) {
        if (advice != null) {
            log.warn(advice);
        }
    }

    private static void adviseOnSecret(@Nullable Secret secret) {
        if (secret != null && secret.value().length() < SECRET_LENGTH) {
            log.warn(
                    "The setting http.secret is short enough to be guessed: set it to {} random characters or more.",
                    SECRET_LENGTH);
        }
    }
}
