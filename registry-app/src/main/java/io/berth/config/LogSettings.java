package io.berth.config;

import io.berth.setting.DefaultValue;

/**
 * What is written to standard output.
 *
 * @param level the least important messages that are written
 */
public record LogSettings(@DefaultValue("info") Level level) {

    public enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG
    }
}
