package io.berth.health;

import io.berth.setting.DefaultValue;
import io.berth.setting.GoDuration;
import io.berth.setting.SettingChecks;
import java.time.Duration;

/** Settings of the periodic health check ({@code health}). */
public record HealthSettings(@DefaultValue StorageDriver storageDriver) {

    /**
     * The check of the store.
     *
     * @param enabled whether the store is checked at all
     * @param interval time from the end of one check to the next
     * @param threshold failures in a row after which the registry is no longer ready
     */
    public record StorageDriver(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("10s") GoDuration interval,
            @DefaultValue("3") int threshold) {

        private static final Duration SHORTEST = Duration.ofMillis(100);

        public StorageDriver {
            SettingChecks.require(
                    interval.duration().compareTo(SHORTEST) >= 0,
                    "health.storagedriver.interval",
                    interval,
                    "100ms or more, such as 10s");
            SettingChecks.require(
                    threshold >= 1 && threshold <= 1000,
                    "health.storagedriver.threshold",
                    threshold,
                    "a number from 1 to 1000");
        }
    }
}
