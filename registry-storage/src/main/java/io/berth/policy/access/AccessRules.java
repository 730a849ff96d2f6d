package io.berth.policy.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.berth.access.AccessPolicy;
import io.berth.access.Action;
import io.berth.access.Caller;
import io.berth.access.Identity;
import io.berth.access.Scope;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides by rules. Of the rules that match, the most specific one decides:
 *
 * <ol>
 *   <li>one that forbids, before all others
 *   <li>the one with the more specific pattern of repositories ({@link RepositoryGlob})
 *   <li>a user or robot, before a group, before {@code *} and {@code anonymous}
 *   <li>the one with more conditions; each claim is one, addresses are one, and time is one
 *   <li>one that denies, before one that allows
 * </ol>
 *
 * <p>Rules that are equal in all this have the same effect. So the order of rules in the file does
 * not change a decision; it only says which of equal rules is named as the reason. Of the patterns
 * and the principals of one rule, the most specific that matches counts. Where no rule matches, the
 * answer is no.
 *
 * <p>Which rules are for a repository and an identity is cached, for the last {@value #CACHED} of
 * them; a walk through a list of names does not push out those that are used often. The address and
 * the time are looked at in each request. An address that is not known matches every rule that
 * denies, and none that allows.
 *
 * <p>Immutable but for the cache; safe for use by many threads.
 */
public final class AccessRules implements AccessPolicy {

    /** Some 200 bytes each. */
    private static final int CACHED = 4096;

    private final List<AccessRule> rules;
    private final Clock clock;
    private final Cache<Key, Candidates> cache =
            Caffeine.newBuilder().maximumSize(CACHED).executor(Runnable::run).build();

    private record Key(Identity identity, String type, String name) {}

    /** The policy of a section. */
    public AccessRules(AccessSection section, Clock clock) {
        this.rules = section.rules();
        this.clock = clock;
    }

    /** The rules, in the order of the file. */
    public List<AccessRule> rules() {
        return rules;
    }

    @Override
    public boolean allows(Caller caller, Scope scope) {
        if (caller.kind() == Identity.Kind.SYSTEM) {
            return true;
        }
        Key key = new Key(caller.identity(), scope.type(), scope.name());
        Candidates candidates = cache.getIfPresent(key);
        if (candidates == null) {
            candidates = candidates(key);
            cache.put(key, candidates);
        }
        return allows(candidates, caller, scope);
    }

    private boolean allows(Candidates candidates, Caller caller, Scope scope) {
        for (Action action : scope.actions()) {
            if (!candidates.allow(actionOf(scope, action), caller.address(), clock)) {
                return false;
            }
        }
        return true;
    }

    /** Why a caller may do something or not. */
    public AccessDecision explain(Caller caller, Scope scope, Action action) {
        Candidates candidates = candidates(new Key(caller.identity(), scope.type(), scope.name()));
        List<AccessRule> matching =
                candidates.matching(actionOf(scope, action), caller.address(), clock.instant());
        return matching.isEmpty()
                ? new AccessDecision(null, List.of())
                : new AccessDecision(matching.getFirst(), matching.subList(1, matching.size()));
    }

    /** Rules call it pull to read the list of repositories, for which tokens have {@code *}. */
    private static Action actionOf(Scope scope, Action action) {
        return scope.equals(Scope.catalog()) ? Action.PULL : action;
    }

    private Candidates candidates(Key key) {
        List<Candidate> found = new ArrayList<>();
        for (AccessRule rule : rules) {
            Candidate candidate = Candidate.of(rule, key.identity(), key.type(), key.name());
            if (candidate != null) {
                found.add(candidate);
            }
        }
        found.sort(null); // stable
        return Candidates.of(found);
    }
}
