package io.berth.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.access.Identity.Kind;
import io.berth.name.RepositoryName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AccessPolicyTest {

    private static final RepositoryName APP = RepositoryName.of("library/app");
    private static final Scope PULL = Scope.of(APP, Action.PULL);
    private static final Scope PUSH = Scope.of(APP, Action.PULL, Action.PUSH);

    private static Caller user(@Nullable List<Grant> grants) {
        return new Caller(new Identity(Kind.USER, "alice", Set.of(), grants), "", "");
    }

    private static Grant grant(String type, String name, String... actions) {
        return new Grant(type, "", name, Set.of(actions));
    }

    @Test
    void theNamedPolicyAllowsEverythingToAllWhoHaveAName() {
        Caller anonymous = Caller.anonymous("192.0.2.7", "1");

        assertThat(AccessPolicy.named().permits(user(null), PUSH)).isTrue();
        assertThat(AccessPolicy.named().permits(user(null), Scope.catalog())).isTrue();
        assertThat(AccessPolicy.named().permits(anonymous, PULL)).isFalse();
        assertThat(AccessPolicy.open().permits(anonymous, PUSH)).isTrue();
    }

    @Test
    void theNamedPolicyMakesNobodyAnAdministrator() {
        assertThat(AccessPolicy.named().permits(user(null), Scope.administration())).isFalse();
    }

    @Test
    void grantsAreAllTheRightsThatThereAre() {
        assertThat(AccessPolicy.named().permits(user(List.of()), PULL)).isFalse();
        assertThat(AccessPolicy.open().permits(user(List.of()), PULL)).isFalse();
    }

    @Test
    void allActionsOfAScopeMustBeGranted() {
        Grant pull = grant("repository", "library/app", "pull");
        Grant push = grant("repository", "library/app", "push");

        assertThat(AccessPolicy.open().permits(user(List.of(pull)), PULL)).isTrue();
        assertThat(AccessPolicy.open().permits(user(List.of(pull)), PUSH)).isFalse();
        assertThat(AccessPolicy.open().permits(user(List.of(pull, push)), PUSH)).isTrue();
        assertThat(AccessPolicy.open().permits(user(List.of(push)), PULL)).isFalse();
    }

    @Test
    void grantsAreComparedLiterally() {
        for (Grant other :
                List.of(
                        grant("repository", "library/*", "pull"),
                        grant("repository", "*", "*"),
                        grant("repository", "library/App", "pull"),
                        grant("repository", "library/app/", "pull"),
                        grant("registry", "library/app", "pull"),
                        grant("repository", "library/app", "PULL"),
                        grant("repository", "library/app"))) {
            assertThat(AccessPolicy.open().permits(user(List.of(other)), PULL))
                    .as("%s", other)
                    .isFalse();
        }
        assertThat(
                        AccessPolicy.open()
                                .permits(
                                        user(List.of(grant("repository", "library/app", "*"))),
                                        PUSH))
                .isTrue();
    }

    @Test
    void theListOfRepositoriesIsAResourceOfItsOwn() {
        List<Grant> repository = List.of(grant("repository", "catalog", "*"));
        List<Grant> catalog = List.of(grant("registry", "catalog", "*"));

        assertThat(AccessPolicy.open().permits(user(repository), Scope.catalog())).isFalse();
        assertThat(AccessPolicy.open().permits(user(catalog), Scope.catalog())).isTrue();
        assertThat(AccessPolicy.open().permits(user(catalog), PULL)).isFalse();
    }

    @Test
    void aGrantOfPushIncludesWhatPoliciesKnowApart() {
        Identity push = identity(grant("repository", "library/app", "push"));
        Identity pull = identity(grant("repository", "library/app", "pull"));

        for (Action action : List.of(Action.CREATE, Action.TAG_OVERWRITE)) {
            assertThat(push.isGranted(Scope.of(APP, action))).isTrue();
            assertThat(pull.isGranted(Scope.of(APP, action))).isFalse();
        }
    }

    @Test
    void administrationHasToBeNamed() {
        Identity all =
                identity(
                        grant("repository", "library/app", "*"),
                        grant("registry", "administration", "*"));
        Identity named = identity(grant("registry", "administration", "admin"));

        assertThat(all.isGranted(Scope.of(APP, Action.ADMIN))).isFalse();
        assertThat(all.isGranted(Scope.administration())).isFalse();
        assertThat(named.isGranted(Scope.administration())).isTrue();
    }

    private static Identity identity(Grant... grants) {
        return new Identity(Kind.USER, "alice", Set.of(), List.of(grants));
    }

    @Test
    void claimsAreKeptAsTheyAre() {
        Map<String, String> claims = new HashMap<>(Map.of("ref", "refs/heads/main"));
        Identity identity = new Identity(Kind.USER, "ci", Set.of(), claims, null);
        claims.clear();

        assertThat(identity.claims()).containsOnly(Map.entry("ref", "refs/heads/main"));
        assertThat(new Caller(identity, "", "").claims()).isEqualTo(identity.claims());
        assertThat(Identity.user("alice", Set.of()).claims()).isEmpty();
    }

    @Test
    void aScopeReadsAsInAChallenge() {
        assertThat(PUSH).hasToString("repository:library/app:pull,push");
        assertThat(Scope.catalog()).hasToString("registry:catalog:*");
        assertThatThrownBy(() -> Scope.of(APP)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aGrantThatWasMadeFromThePolicyOnlyLimitsIt() {
        AccessPolicy noOverwriting =
                (caller, scope) ->
                        caller.kind() == Kind.USER
                                && !scope.actions().contains(Action.TAG_OVERWRITE);
        Scope overwrite = Scope.of(APP, Action.TAG_OVERWRITE);
        Scope pull = Scope.of(APP, Action.PULL);
        Caller pusher = new Caller(identity(grant("repository", "library/app", "push")), "", "");
        Caller user = new Caller(Identity.user("alice", Set.of()), "", "");

        assertThat(noOverwriting.permits(pusher, overwrite)).isTrue();
        AccessPolicy within = noOverwriting.withinGrants();
        assertThat(within.permits(pusher, overwrite)).isFalse();
        assertThat(within.permits(pusher, Scope.of(APP, Action.PUSH))).isTrue();
        assertThat(within.permits(pusher, pull)).isFalse();
        assertThat(within.permits(user, pull)).isTrue();
        assertThat(within.permits(user, overwrite)).isFalse();
    }

    @Test
    void theCatalogOfATokenShowsAllUnlessThePolicyMadeIt() {
        AccessPolicy onlyOther = (_, scope) -> !scope.name().equals(APP.value());
        RepositoryName other = RepositoryName.of("other");
        Caller token = new Caller(identity(grant("registry", "catalog", "*")), "", "");
        Caller user = new Caller(Identity.user("alice", Set.of()), "", "");

        assertThat(onlyOther.lists(token, APP)).isTrue();
        assertThat(onlyOther.withinGrants().lists(token, APP)).isFalse();
        assertThat(onlyOther.withinGrants().lists(token, other)).isTrue();
        assertThat(onlyOther.lists(user, APP)).isFalse();
        assertThat(onlyOther.lists(user, other)).isTrue();
    }
}
