package io.berth.logging.audit;

import io.berth.setting.ByteSize;
import io.berth.setting.DefaultValue;
import io.berth.setting.SettingChecks;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What is written down of changes and refusals ({@code audit}).
 *
 * @param file where; {@code null}: standard output
 * @param maxSize bytes after which a new file begins
 * @param maxFiles files that are kept besides
 */
public record AuditSettings(
        @DefaultValue("false") boolean enabled,
        @Nullable Path file,
        @DefaultValue("100MiB") ByteSize maxSize,
        @DefaultValue("10") int maxFiles) {

    private static final long LEAST = 64 * 1024;
    private static final int MOST_FILES = 1000;

    public AuditSettings {
        SettingChecks.require(maxSize.bytes() >= LEAST, "audit.maxsize", maxSize, "64KiB or more");
        SettingChecks.require(
                maxFiles >= 1 && maxFiles <= MOST_FILES,
                "audit.maxfiles",
                maxFiles,
                "a number from 1 to 1000");
    }
}
