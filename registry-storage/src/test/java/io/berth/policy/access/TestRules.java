package io.berth.policy.access;

import io.berth.access.Action;
import io.berth.access.Caller;
import io.berth.access.Identity;
import io.berth.access.Scope;
import io.berth.name.RepositoryName;
import io.berth.policy.access.AccessRule.Effect;
import io.berth.setting.Origin;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Rules and callers in few words. */
final class TestRules {

    static final Conditions ALWAYS =
            new Conditions(Map.of(), List.of(), null, null, List.of(), null);

    static final Caller ALICE = user("alice", "192.0.2.7");

    private TestRules() {}

    static Caller user(String name, String address, String... groups) {
        return new Caller(Identity.user(name, Set.of(groups)), address, "");
    }

    /**
     * @param who separated by blanks
     * @param repositories separated by blanks
     */
    static AccessRule rule(
            int line,
            Effect effect,
            String who,
            String repositories,
            Conditions when,
            Action... actions) {
        return new AccessRule(
                new Origin("rules", line),
                null,
                effect,
                Stream.of(who.split(" ")).map(Principal::of).toList(),
                Stream.of(repositories.split(" ")).map(RepositoryGlob::of).toList(),
                false,
                List.of(actions),
                when);
    }

    static AccessRule allow(String who, String repositories, Action... actions) {
        return rule(1, Effect.ALLOW, who, repositories, ALWAYS, actions);
    }

    static AccessRule deny(String who, String repositories, Action... actions) {
        return rule(2, Effect.DENY, who, repositories, ALWAYS, actions);
    }

    static Scope scope(String repository, Action... actions) {
        return Scope.of(RepositoryName.of(repository), actions);
    }
}
