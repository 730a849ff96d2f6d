package io.berth.maintenance;

import io.berth.setting.DefaultValue;
import io.berth.setting.GoDuration;
import io.berth.setting.SettingChecks;
import java.time.Duration;

/**
 * When unfinished uploads are removed.
 *
 * @param age the age from which on an unfinished upload is removed
 * @param interval from one round to the next
 * @param dryRun whether rounds only report what they would remove
 */
public record UploadPurgeSettings(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("168h") GoDuration age,
        @DefaultValue("24h") GoDuration interval,
        @DefaultValue("false") boolean dryRun) {

    private static final Duration SHORTEST = Duration.ofMinutes(1);

    public UploadPurgeSettings {
        requireMinute("age", age);
        requireMinute("interval", interval);
    }

    private static void requireMinute(String name, GoDuration value) {
        SettingChecks.require(
                value.duration().compareTo(SHORTEST) >= 0,
                "storage.maintenance.uploadpurging." + name,
                value,
                "a minute or more, such as 168h");
    }
}
