package io.berth.http;

import io.berth.setting.DefaultValue;
import io.berth.setting.SettingChecks;

/**
 * The list of repositories ({@code catalog}).
 *
 * @param maxEntries how many repositories one page has at most
 */
public record CatalogSettings(@DefaultValue("1000") int maxEntries) {

    public CatalogSettings {
        SettingChecks.require(
                maxEntries >= 1 && maxEntries <= 100_000,
                "catalog.maxentries",
                maxEntries,
                "a number from 1 to 100000");
    }
}
