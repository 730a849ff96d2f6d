package io.berth.policy.access;

import static io.berth.access.Action.CREATE;
import static io.berth.access.Action.DELETE;
import static io.berth.access.Action.PULL;
import static io.berth.access.Action.PUSH;
import static io.berth.policy.access.TestRules.ALICE;
import static io.berth.policy.access.TestRules.ALWAYS;
import static io.berth.policy.access.TestRules.allow;
import static io.berth.policy.access.TestRules.deny;
import static io.berth.policy.access.TestRules.rule;
import static io.berth.policy.access.TestRules.scope;
import static io.berth.policy.access.TestRules.user;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.access.Action;
import io.berth.access.Caller;
import io.berth.access.Identity;
import io.berth.access.Scope;
import io.berth.policy.access.AccessRule.Effect;
import io.berth.setting.Origin;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessRulesTest {

    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-06-01T12:00:00Z"), ZoneOffset.UTC);

    private static final Caller NOBODY = Caller.anonymous("192.0.2.7", "");

    private static AccessRules rules(AccessRule... rules) {
        return new AccessRules(new AccessSection(List.of(rules)), CLOCK);
    }

    private static Conditions from(String range) {
        return new Conditions(
                Map.of(), List.of(AddressRange.of(range)), null, null, List.of(), null);
    }

    private static Conditions claim(String name, String value) {
        return new Conditions(
                Map.of(name, List.of(TextGlob.of(value))), List.of(), null, null, List.of(), null);
    }

    @Test
    void whatNoRuleAllowsIsDenied() {
        AccessRules rules = rules(allow("alice", "team/**", PULL));

        assertThat(rules.allows(ALICE, scope("team/app", PULL))).isTrue();
        assertThat(rules.allows(ALICE, scope("team/app", PUSH))).isFalse();
        assertThat(rules.allows(ALICE, scope("team/app", PULL, PUSH))).isFalse();
        assertThat(rules.allows(ALICE, scope("other", PULL))).isFalse();
        assertThat(rules.allows(user("bob", ""), scope("team/app", PULL))).isFalse();
        assertThat(rules.allows(NOBODY, scope("team/app", PULL))).isFalse();
        assertThat(rules.explain(NOBODY, scope("team/app", PULL), PULL))
                .isEqualTo(new AccessDecision(null, List.of()));
    }

    @Test
    void theMorePreciseRepositoryCountsFirst() {
        AccessRules rules =
                rules(
                        allow("*", "**", PULL),
                        deny("alice", "secret/**", PULL),
                        allow("*", "secret/shared", PULL));

        assertThat(rules.allows(ALICE, scope("app", PULL))).isTrue();
        assertThat(rules.allows(ALICE, scope("secret/app", PULL))).isFalse();
        assertThat(rules.allows(ALICE, scope("secret/shared", PULL))).isTrue();
    }

    @Test
    void thenTheMorePrecisePrincipalDoes() {
        AccessRules rules =
                rules(
                        deny("*", "team/**", PULL),
                        allow("group:dev", "team/**", PULL),
                        deny("alice", "team/**", PULL));

        assertThat(rules.allows(user("carol", ""), scope("team/app", PULL))).isFalse();
        assertThat(rules.allows(user("carol", "", "dev"), scope("team/app", PULL))).isTrue();
        assertThat(rules.allows(user("alice", "", "dev"), scope("team/app", PULL))).isFalse();
    }

    @Test
    void thenConditionsDo() {
        AccessRules rules =
                rules(
                        deny("*", "prod/**", PULL),
                        rule(3, Effect.ALLOW, "*", "prod/**", from("192.0.2.0/24"), PULL));

        assertThat(rules.allows(ALICE, scope("prod/app", PULL))).isTrue();
        assertThat(rules.allows(user("alice", "198.51.100.1"), scope("prod/app", PULL))).isFalse();
    }

    @Test
    void amongEqualsTheOneThatDeniesCounts() {
        assertThat(
                        rules(allow("alice", "app", PULL), deny("alice", "app", PULL))
                                .allows(ALICE, scope("app", PULL)))
                .isFalse();
    }

    @Test
    void nothingAllowsWhatIsForbidden() {
        AccessRules rules =
                rules(
                        allow("alice", "team/app", PULL),
                        rule(3, Effect.FORBID, "*", "**", from("192.0.2.0/24"), PULL));

        assertThat(rules.allows(ALICE, scope("team/app", PULL))).isFalse();
        assertThat(rules.allows(user("alice", "198.51.100.1"), scope("team/app", PULL))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "unknown", "example.com", "192.0.2.7.5", "1"})
    void anAddressThatIsNotKnownAllowsNothing(String address) {
        Caller caller = user("alice", address);
        Conditions here = from("192.0.2.0/24");

        assertThat(
                        rules(rule(1, Effect.ALLOW, "*", "app", here, PULL))
                                .allows(caller, scope("app", PULL)))
                .isFalse();
        assertThat(
                        rules(
                                        allow("alice", "app", PULL),
                                        rule(1, Effect.DENY, "alice", "app", here, PULL))
                                .allows(caller, scope("app", PULL)))
                .isFalse();
    }

    @Test
    void robotsUsersAndGroupsOfOneNameAreApart() {
        AccessRules rules = rules(allow("robot:ci", "app", PULL));
        Caller robot = new Caller(new Identity(Identity.Kind.ROBOT, "ci", Set.of(), null), "", "");

        assertThat(rules.allows(robot, scope("app", PULL))).isTrue();
        assertThat(rules.allows(user("ci", "", "ci"), scope("app", PULL))).isFalse();
        assertThat(rules(allow("ci", "app", PULL)).allows(robot, scope("app", PULL))).isFalse();
        assertThat(rules(allow("*", "app", PULL)).allows(robot, scope("app", PULL))).isTrue();
    }

    @Test
    void claimsAreOfTheIdentity() {
        AccessRules rules =
                rules(rule(1, Effect.ALLOW, "*", "app", claim("ref", "refs/tags/*"), PUSH));

        assertThat(rules.allows(ci("refs/tags/v1"), scope("app", PUSH))).isTrue();
        assertThat(rules.allows(ci("refs/heads/main"), scope("app", PUSH))).isFalse();
        assertThat(rules.allows(ALICE, scope("app", PUSH))).isFalse();
    }

    private static Caller ci(String ref) {
        return new Caller(
                new Identity(Identity.Kind.USER, "ci", Set.of(), Map.of("ref", ref), null), "", "");
    }

    @Test
    void theRegistryItselfIsAResource() {
        AccessRule lists =
                new AccessRule(
                        new Origin("rules", 1),
                        null,
                        Effect.ALLOW,
                        List.of(Principal.of("alice")),
                        List.of(),
                        true,
                        List.of(PULL),
                        ALWAYS);

        assertThat(rules(lists).allows(ALICE, Scope.catalog())).isTrue();
        assertThat(rules(lists).allows(ALICE, Scope.administration())).isFalse();
        assertThat(rules(lists).allows(ALICE, scope("catalog", PULL))).isFalse();
        assertThat(rules(allow("alice", "**", Action.ALL)).allows(ALICE, Scope.catalog()))
                .isFalse();
        assertThat(rules(allow("bob", "app", PULL)).allows(Caller.system(), scope("app", PUSH)))
                .isTrue();
    }

    @Test
    void anExplanationNamesWhatDecidesAndWhatElseMatches() {
        AccessRule broad = allow("*", "**", PULL);
        AccessRule precise = deny("alice", "team/**", PULL, PUSH);
        AccessDecision decision =
                rules(broad, allow("bob", "**", PULL), precise)
                        .explain(ALICE, scope("team/app", PULL), PULL);

        assertThat(decision).isEqualTo(new AccessDecision(precise, List.of(broad)));
        assertThat(decision.isAllowed()).isFalse();
        assertThat(requireNonNull(decision.decidedBy()).label()).isEqualTo("rules, line 2");
    }

    @Test
    void theOrderOfRulesDoesNotMatter() {
        Random random = new Random(20261128);
        List<Caller> callers = callers();
        int allowed = 0;
        for (int round = 0; round < 300; round++) {
            List<AccessRule> rules = new ArrayList<>();
            for (int i = 1 + random.nextInt(12); i > 0; i--) {
                rules.add(anyRule(i, random));
            }
            List<AccessRule> shuffled = new ArrayList<>(rules);
            Collections.shuffle(shuffled, random);
            AccessRules one = new AccessRules(new AccessSection(rules), CLOCK);
            AccessRules other = new AccessRules(new AccessSection(shuffled), CLOCK);
            for (Caller caller : callers) {
                for (String name : List.of("team", "team/app", "team/app/web", "app")) {
                    boolean allows = one.allows(caller, scope(name, PULL));
                    allowed += allows ? 1 : 0;
                    assertThat(other.allows(caller, scope(name, PULL)))
                            .as("%s in %s for %s", name, rules, caller)
                            .isEqualTo(allows)
                            .isEqualTo(one.explain(caller, scope(name, PULL), PULL).isAllowed());
                    requireSense(one.explain(caller, scope(name, PULL), PULL));
                }
            }
        }
        assertThat(allowed).isBetween(1000, 5000); // both are common
    }

    private static void requireSense(AccessDecision decision) {
        if (decision.isAllowed()) {
            assertThat(decision.overruled())
                    .extracting(AccessRule::effect)
                    .doesNotContain(Effect.FORBID);
        }
    }

    private static List<Caller> callers() {
        return List.of(
                NOBODY,
                ALICE,
                user("alice", "198.51.100.1", "dev", "ops"),
                user("bob", "unknown", "ops"),
                ci("refs/tags/v1"));
    }

    private static AccessRule anyRule(int line, Random random) {
        List<String> who =
                List.of("alice", "bob", "*", "anonymous", "group:dev", "alice group:ops");
        List<String> where =
                List.of(
                        "**",
                        "team/**",
                        "team/app",
                        "team/* app",
                        "*/app",
                        "**/web",
                        "t*/app",
                        "*");
        List<Conditions> when =
                List.of(ALWAYS, ALWAYS, from("192.0.2.0/24"), claim("ref", "refs/tags/*"));
        List<Effect> effects = List.of(Effect.ALLOW, Effect.ALLOW, Effect.DENY, Effect.ALLOW);
        return rule(
                line,
                random.nextInt(20) == 0 ? Effect.FORBID : any(effects, random),
                any(who, random),
                any(where, random),
                any(when, random),
                any(List.of(PULL, PULL, PULL, Action.ALL, DELETE, CREATE), random));
    }

    private static <T> T any(List<T> of, Random random) {
        return of.get(random.nextInt(of.size()));
    }
}
