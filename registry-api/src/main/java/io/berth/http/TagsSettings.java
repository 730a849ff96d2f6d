package io.berth.http;

import io.berth.setting.DefaultValue;
import io.berth.setting.SettingChecks;

/**
 * The list of tags ({@code tags}).
 *
 * @param maxTags how many tags one page has at most
 */
public record TagsSettings(@DefaultValue("1000") int maxTags) {

    public TagsSettings {
        SettingChecks.require(
                maxTags >= 1 && maxTags <= 1_000_000,
                "tags.maxtags",
                maxTags,
                "a number from 1 to 1000000");
    }
}
