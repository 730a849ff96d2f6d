package io.berth.policy.tag;

import io.berth.setting.SettingChecks;
import java.util.List;

/**
 * Which tags stay ({@code tags}). Immutable.
 *
 * @param rules each of which protects tags by itself
 */
public record TagsSection(List<TagRule> rules) {

    /**
     * @throws IllegalArgumentException when there is no rule
     */
    public TagsSection {
        rules = List.copyOf(rules);
        SettingChecks.refuseIf(
                rules.isEmpty(), "rules is empty: add a rule, or remove the section");
    }
}
