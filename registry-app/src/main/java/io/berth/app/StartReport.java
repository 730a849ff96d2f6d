package io.berth.app;

import io.berth.config.LoadedSettings;
import io.berth.server.OpenFileLimit;
import io.berth.server.connection.ConnectionLimits;
import io.berth.setting.Secret;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;

/**
 * Says in one line where the registry is and where its data are, once it answers; and before that,
 * in one line each, what is set and should not be, or the other way around.
 */
final class StartReport implements ApplicationListener<WebServerInitializedEvent> {

    private static final Logger log = LoggerFactory.getLogger(StartReport.class);

    /** Characters of a secret that cannot be found by trying. */
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
        adviceOnOpenFiles(limits.adviceOnOpenFiles(OpenFileLimit.get()));
        if (readOnly) {
            log.info(
                    "The registry is read-only: everything that writes is refused"
                            + " (storage.maintenance.readonly.enabled).");
        }
        log.info(
                "Berth {} serves {} from {}",
                BerthVersion.current(),
                loaded.settings().http().server().addr().url(event.getWebServer().getPort()),
                Stores.place(loaded.settings().storage()));
    }

    static void adviseOnMemory(MemoryBudget memory) {
        if (memory.isTooSmall()) {
            log.warn(
                    "The heap has {} MiB at most, too few for what clients may ask for at the same"
                            + " time: give it 128 MiB or more, by BERTH_HEAP=128m for the launcher"
                            + " or -Xmx128m for java.",
                    memory.heapMebibytes());
        }
    }

    private static void adviceOnOpenFiles(@Nullable String advice) {
        if (advice != null) {
            log.warn(advice);
        }
    }

    private static void adviseOnSecret(@Nullable Secret secret) {
        if (secret != null && secret.value().length() < SECRET_LENGTH) {
            log.warn(
                    "The setting http.secret can be guessed: give it {} random characters or more.",
                    SECRET_LENGTH);
        }
    }
}
