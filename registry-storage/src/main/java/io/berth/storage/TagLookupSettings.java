package io.berth.storage;

import io.berth.setting.DefaultValue;
import io.berth.setting.SettingChecks;

/**
 * How tags are looked up ({@code storage.tag}).
 *
 * @param concurrencyLimit tags that the delete of a manifest reads or removes at the same time; 0:
 *     a number that suits the store
 */
public record TagLookupSettings(@DefaultValue("0") int concurrencyLimit) {

    public TagLookupSettings {
        SettingChecks.require(
                concurrencyLimit >= 0 && concurrencyLimit <= 1000,
                "storage.tag.concurrencylimit",
                concurrencyLimit,
                "a number from 0 to 1000");
    }
}
