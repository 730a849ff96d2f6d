package io.berth.policy.content;

import io.berth.name.NamePatterns;
import io.berth.name.RepositoryName;
import java.util.Set;

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
        String name, NamePatterns repositories, Set<String> allow, Set<String> deny, boolean warn) {

    /**
     * @throws IllegalArgumentException when the rule has no name, or refuses nothing
     */
    public ClassRule {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a rule for classes needs a name");
        }
        allow = Set.copyOf(allow);
        deny = Set.copyOf(deny);
        if (allow.isEmpty() && deny.isEmpty()) {
            throw new IllegalArgumentException(
                    "the rule \"" + name + "\" refuses nothing: it has neither allow nor deny");
        }
    }

    boolean refuses(RepositoryName repository, String manifestClass) {
        return (deny.contains(manifestClass)
                        || (!allow.isEmpty() && !allow.contains(manifestClass)))
                && repositories.matches(repository.value());
    }
}
