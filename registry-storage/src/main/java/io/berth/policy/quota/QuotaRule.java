package io.berth.policy.quota;

import io.berth.name.RepositoryName;
import io.berth.policy.access.RepositoryGlob;
import io.berth.setting.ByteSize;
import io.berth.setting.DefaultValue;
import io.berth.setting.SettingChecks;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much each repository may hold. Immutable.
 *
 * @param name of the rule, for messages
 * @param repositories each of which has the limits for itself
 * @param bytes of all blobs of the repository; {@code null}: any number
 * @param tags number of tags; {@code null}: any number
 * @param warnAt percentage of a limit from which on pushes are logged; 100: never
 */
public record QuotaRule(
        @DefaultValue("") String name,
        List<RepositoryGlob> repositories,
        @Nullable ByteSize bytes,
        @Nullable Integer tags,
        @DefaultValue("90") int warnAt) {

    /**
     * @throws IllegalArgumentException when the rule is for nothing or limits nothing, or when a
     *     number is out of range
     */
    public QuotaRule {
        repositories = List.copyOf(repositories);
        SettingChecks.refuseIf(name.isBlank(), "name is missing: error messages show it");
        SettingChecks.refuseIf(
                repositories.isEmpty(),
                "repositories is missing: name patterns such as library/app or team/**");
        SettingChecks.refuseIf(
                bytes == null && tags == null, "the rule has no limit: set bytes, tags, or both");
        SettingChecks.refuseIf(tags != null && tags < 0, "tags is negative: set 0 or more");
        SettingChecks.require(warnAt >= 1 && warnAt <= 100, "warnat", warnAt, "from 1 to 100");
    }

    boolean appliesTo(RepositoryName repository) {
        return repositories.stream().anyMatch(glob -> glob.matches(repository.value()));
    }
}
