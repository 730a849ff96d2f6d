package io.berth.logging;

import io.berth.setting.DefaultValue;

/**
 * Settings of the log on standard output.
 *
 * @param level the least important messages that are written
 */
public record LogSettings(@DefaultValue("info") Level level) {

    /** From the most important messages to the least. */
    public enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG
    }
}
