package io.berth.policy.access;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a caller may do something or not. Immutable.
 *
 * @param decidedBy the rule that decides; {@code null}: none is about it, so it is denied
 * @param overruled the other rules that match, the most specific first
 */
public record AccessDecision(@Nullable AccessRule decidedBy, List<AccessRule> overruled) {

    public AccessDecision {
        overruled = List.copyOf(overruled);
    }

    public boolean isAllowed() {
        return decidedBy != null && decidedBy.effect() == AccessRule.Effect.ALLOW;
    }
}
