package io.berth.policy.content;

import io.berth.name.RepositoryName;
import io.berth.policy.access.RepositoryGlob;
import io.berth.setting.DefaultValue;
import io.berth.setting.SettingChecks;
import java.util.List;

/**
 * Which classes of manifests repositories take. Immutable.
 *
 * @param name of the rule, for messages
 * @param allow the classes that are taken; empty: all but {@code deny}
 * @param deny classes that are not taken
 * @param warn whether a manifest that the rule refuses is taken nevertheless, with a line in the
 *     log
 */
public record ClassRule(
        @DefaultValue("") String name,
        List<RepositoryGlob> repositories,
        List<String> allow,
        List<String> deny,
        @DefaultValue("false") boolean warn) {

    /**
     * @throws IllegalArgumentException when the rule is for nothing or refuses nothing
     */
    public ClassRule {
        repositories = List.copyOf(repositories);
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
        SettingChecks.refuseIf(name.isBlank(), "name is missing: error messages show it");
        SettingChecks.refuseIf(
                repositories.isEmpty(),
                "repositories is missing: name patterns such as library/app or team/**");
        SettingChecks.refuseIf(
                allow.isEmpty() && deny.isEmpty(),
                "the rule refuses nothing: name classes in allow or in deny");
    }

    boolean refuses(RepositoryName repository, String manifestClass) {
        return (deny.contains(manifestClass)
                        || (!allow.isEmpty() && !allow.contains(manifestClass)))
                && repositories.stream().anyMatch(glob -> glob.matches(repository.value()));
    }
}
