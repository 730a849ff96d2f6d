package io.berth.auth.tokenservice;

import io.berth.access.AccessPolicy;
import io.berth.access.Action;
import io.berth.access.Caller;
import io.berth.access.Grant;
import io.berth.access.Scope;
import io.berth.error.RegistryException;
import io.berth.name.RepositoryName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks a token for: the scopes of its request, merged by resource. Immutable.
 *
 * <p>What is malformed, of an unknown type, or denied is not granted, and no error: a client learns
 * from the registry what its token does not allow.
 */
final class RequestedAccess {

    /** Resources of one token, which is sent in a header with each request. */
    static final int MAX_RESOURCES = 20;

    /** The name may hold colons, of a host with a port. */
    private static final Pattern SCOPE =
            Pattern.compile("([a-z0-9]+)(?:\\(([a-z0-9]+)\\))?:(.+):([a-z*,-]*)");

    /** What {@code *} stands for on a repository, in the terms of distribution. */
    private static final List<Action> OF_REPOSITORY =
            List.of(Action.PULL, Action.PUSH, Action.DELETE);

    /** What is no repository, and can be asked for. */
    private static final List<Scope> OF_REGISTRY = List.of(Scope.catalog(), Scope.administration());

    private record Resource(String type, String resourceClass, String name) {}

    private final Map<Resource, Set<String>> actions;

    private RequestedAccess(Map<Resource, Set<String>> actions) {
        this.actions = actions;
    }

    /**
     * @param parameters values of {@code scope}, each with one or more scopes between blanks
     * @throws TokenRequestException when they are of more than {@value #MAX_RESOURCES} resources
     */
    static RequestedAccess of(List<String> parameters) {
        Map<Resource, Set<String>> actions = new LinkedHashMap<>();
        for (String parameter : parameters) {
            for (String text : parameter.split(" ")) {
                Matcher scope = SCOPE.matcher(text);
                if (scope.matches()) {
                    String resourceClass = scope.group(2) == null ? "" : scope.group(2);
                    actions.computeIfAbsent(
                                    new Resource(scope.group(1), resourceClass, scope.group(3)),
                                    _ -> new LinkedHashSet<>())
                            .addAll(List.of(scope.group(4).split(",")));
                }
            }
        }
        if (actions.size() > MAX_RESOURCES) {
            throw new TokenRequestException(
                    400,
                    "invalid_scope",
                    "ask for at most " + MAX_RESOURCES + " resources with one token");
        }
        return new RequestedAccess(actions);
    }

    /** What a caller may do of that. */
    List<Grant> granted(Caller caller, AccessPolicy policy) {
        List<Grant> grants = new ArrayList<>();
        actions.forEach(
                (resource, wanted) -> {
                    Grant grant =
                            resource.type().equals(Scope.REPOSITORY)
                                    ? ofRepository(resource, wanted, caller, policy)
                                    : ofRegistry(resource, wanted, caller, policy);
                    if (grant != null) {
                        grants.add(grant);
                    }
                });
        return grants;
    }

    private static @Nullable Grant ofRepository(
            Resource resource, Set<String> wanted, Caller caller, AccessPolicy policy) {
        RepositoryName repository;
        try {
            repository = RepositoryName.of(resource.name());
        } catch (RegistryException e) {
            return null;
        }
        Set<String> granted = new LinkedHashSet<>();
        for (Action action : OF_REPOSITORY) {
            boolean isWanted =
                    wanted.contains(action.toString()) || wanted.contains(Action.ALL.toString());
            if (isWanted && policy.permits(caller, Scope.of(repository, action))) {
                granted.add(action.toString());
            }
        }
        return granted.isEmpty()
                ? null
                : new Grant(resource.type(), resource.resourceClass(), resource.name(), granted);
    }

    private static @Nullable Grant ofRegistry(
            Resource resource, Set<String> wanted, Caller caller, AccessPolicy policy) {
        for (Scope scope : OF_REGISTRY) {
            Action action = scope.actions().getFirst();
            if (resource.type().equals(scope.type())
                    && resource.name().equals(scope.name())
                    && wanted.contains(action.toString())
                    && policy.permits(caller, scope)) {
                return new Grant(scope.type(), "", scope.name(), Set.of(action.toString()));
            }
        }
        return null;
    }
}
