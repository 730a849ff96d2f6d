package io.berth.policy.access;

import io.berth.access.Action;
import io.berth.access.Caller;
import io.berth.access.Identity;
import io.berth.access.Scope;
import io.berth.error.RegistryException;
import io.berth.name.RepositoryName;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A question of an administrator: may this caller do that? Immutable.
 *
 * @param caller who it is about; need not exist
 * @param scope what is to be done, with one action
 * @param time when it is to be done
 */
public record AccessQuestion(Caller caller, Scope scope, Instant time) {

    /**
     * Who it is about, in texts.
     *
     * @param who as in a rule, but one caller: {@code alice}, {@code robot:ci}, {@code anonymous}
     * @param groups of the user
     * @param claims of the credentials, by their names
     * @param address of the client; empty: it is not known
     */
    public record Asker(
            String who, List<String> groups, Map<String, String> claims, String address) {

        /**
         * The caller.
         *
         * @throws IllegalArgumentException with a sentence, when a text is malformed
         */
        private Caller caller() {
            Principal principal = Principal.of(who);
            Identity.Kind kind =
                    switch (principal.kind()) {
                        case ANONYMOUS -> Identity.Kind.ANONYMOUS;
                        case USER -> Identity.Kind.USER;
                        case ROBOT -> Identity.Kind.ROBOT;
                        case GROUP, AUTHENTICATED ->
                                throw new IllegalArgumentException(
                                        "\""
                                                + who
                                                + "\" is not one caller: name a user and its groups,"
                                                + " robot:NAME, or anonymous");
                    };
            if (!address.isEmpty() && AddressRange.address(address).isEmpty()) {
                throw new IllegalArgumentException(
                        "\"" + address + "\" is not an address such as 192.0.2.7");
            }
            return new Caller(
                    new Identity(kind, principal.name(), Set.copyOf(groups), claims, null),
                    address,
                    "");
        }
    }

    /**
     * Reads a question.
     *
     * @param action such as {@code tag-overwrite}
     * @param resource a repository; {@code registry:catalog} or {@code registry:administration} for
     *     the registry itself
     * @throws IllegalArgumentException with a sentence, when a text is malformed
     */
    public static AccessQuestion of(Asker asker, String action, String resource, Instant time) {
        return new AccessQuestion(asker.caller(), scope(resource, action(action)), time);
    }

    private static Action action(String text) {
        return Arrays.stream(Action.values())
                .filter(action -> action != Action.ALL && action.toString().equals(text))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "\"%s\" is not an action: there are %s"
                                                .formatted(
                                                        text,
                                                        Arrays.stream(Action.values())
                                                                .filter(a -> a != Action.ALL)
                                                                .map(Action::toString)
                                                                .collect(
                                                                        Collectors.joining(
                                                                                ", ")))));
    }

    private static Scope scope(String resource, Action action) {
        if (resource.equals("registry:catalog")) {
            return action == Action.PULL ? Scope.catalog() : refused(resource, Action.PULL);
        }
        if (resource.equals("registry:administration")) {
            return action == Action.ADMIN
                    ? Scope.administration()
                    : refused(resource, Action.ADMIN);
        }
        try {
            return Scope.of(RepositoryName.of(resource), action);
        } catch (RegistryException e) {
            throw new IllegalArgumentException(
                    "\""
                            + resource
                            + "\" is not the name of a repository, registry:catalog or"
                            + " registry:administration",
                    e);
        }
    }

    private static Scope refused(String resource, Action only) {
        throw new IllegalArgumentException("the only action on " + resource + " is " + only);
    }

    /** What a section answers. */
    public AccessDecision ask(AccessSection section) {
        return new AccessRules(section, Clock.fixed(time, ZoneOffset.UTC))
                .explain(caller, scope, scope.actions().getFirst());
    }
}
