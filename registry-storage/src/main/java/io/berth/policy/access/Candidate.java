package io.berth.policy.access;

import io.berth.access.Identity;
import io.berth.access.Scope;
import io.berth.policy.access.AccessRule.Effect;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A rule that is for an identity and a resource, if its other conditions hold. The natural order
 * has the more specific one first.
 *
 * @param glob the most specific pattern that matches; {@code null}: the resource is no repository
 * @param principal how specific the principal is that matches
 */
record Candidate(AccessRule rule, @Nullable RepositoryGlob glob, int principal)
        implements Comparable<Candidate> {

    private static final Comparator<Candidate> MOST_SPECIFIC_FIRST =
            Comparator.comparing((Candidate each) -> each.rule.effect() != Effect.FORBID)
                    .thenComparing(Candidate::byGlob)
                    .thenComparingInt(each -> -each.principal)
                    .thenComparingInt(each -> -each.rule.when().count())
                    .thenComparing(each -> each.rule.effect() == Effect.ALLOW);

    /** {@code null}: the rule is not for them. */
    static @Nullable Candidate of(AccessRule rule, Identity identity, String type, String name) {
        int principal =
                rule.who().stream()
                        .filter(each -> each.matches(identity))
                        .mapToInt(Principal::specificity)
                        .max()
                        .orElse(-1);
        if (principal < 0 || !rule.when().claimsHold(identity.claims())) {
            return null;
        }
        if (!type.equals(Scope.REPOSITORY)) {
            return rule.registry() ? new Candidate(rule, null, principal) : null;
        }
        return rule.repositories().stream()
                .filter(glob -> glob.matches(name))
                .max(RepositoryGlob::compareSpecificity)
                .map(glob -> new Candidate(rule, glob, principal))
                .orElse(null);
    }

    private static int byGlob(Candidate one, Candidate other) {
        return one.glob == null || other.glob == null ? 0 : other.glob.compareSpecificity(one.glob);
    }

    boolean refuses() {
        return rule.effect() != Effect.ALLOW;
    }

    @Override
    public int compareTo(Candidate other) {
        return MOST_SPECIFIC_FIRST.compare(this, other);
    }
}
