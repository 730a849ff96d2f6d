package io.berth.policy.quota;

import io.berth.setting.SettingChecks;
import java.util.List;

/**
 * How much repositories may hold ({@code quotas}). Immutable.
 *
 * @param rules of which the strictest counts
 */
public record QuotasSection(List<QuotaRule> rules) {

    /**
     * @throws IllegalArgumentException when there is no rule
     */
    public QuotasSection {
        rules = List.copyOf(rules);
        SettingChecks.refuseIf(
                rules.isEmpty(), "rules is empty: add a rule, or remove the section");
    }
}
