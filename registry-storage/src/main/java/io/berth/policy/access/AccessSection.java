package io.berth.policy.access;

import io.berth.setting.SettingChecks;
import java.util.List;

/**
 * Who may do what ({@code access}). What no rule allows is denied. Immutable.
 *
 * @param rules in any order
 */
public record AccessSection(List<AccessRule> rules) {

    /**
     * @throws IllegalArgumentException when there is no rule
     */
    public AccessSection {
        rules = List.copyOf(rules);
        SettingChecks.refuseIf(
                rules.isEmpty(),
                "rules is empty, so nobody could do anything: add one, or remove the section");
    }
}
