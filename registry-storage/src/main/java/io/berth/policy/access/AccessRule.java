package io.berth.policy.access;

import io.berth.access.Action;
import io.berth.setting.DefaultValue;
import io.berth.setting.Origin;
import io.berth.setting.SettingChecks;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One rule about who may do what. Immutable.
 *
 * @param origin where it is written
 * @param name for messages; {@code null}: it has none
 * @param who one of whom a caller has to be
 * @param repositories one of which a repository has to be
 * @param registry whether the rule is for the registry as well: pull for the list of repositories,
 *     admin for the administration
 * @param actions that the rule is about; with {@link Action#ALL}, about every action
 */
public record AccessRule(
        Origin origin,
        @Nullable String name,
        @DefaultValue("allow") Effect effect,
        List<Principal> who,
        List<RepositoryGlob> repositories,
        @DefaultValue("false") boolean registry,
        List<Action> actions,
        @DefaultValue Conditions when) {

    /** What follows when the rule decides. */
    public enum Effect {
        ALLOW,
        DENY,
        /** As deny, and no other rule can allow it, however specific that is. */
        FORBID
    }

    /**
     * @throws IllegalArgumentException when the rule could never decide
     */
    public AccessRule {
        who = List.copyOf(who);
        repositories = List.copyOf(repositories);
        actions = List.copyOf(actions);
        SettingChecks.refuseIf(
                who.isEmpty(),
                "who is missing: name users, group:NAME, robot:NAME, anonymous, or \"*\" for all"
                        + " who have a name");
        SettingChecks.refuseIf(
                repositories.isEmpty() && !registry,
                "repositories is missing: name patterns such as team/**, or set registry to true"
                        + " for a rule about the list of repositories and the administration");
        SettingChecks.refuseIf(
                actions.isEmpty(),
                "actions is missing: name some of pull, push, create, tag-overwrite, delete,"
                        + " admin, or \"*\" for all");
    }

    boolean isAbout(Action action) {
        return actions.contains(action) || actions.contains(Action.ALL);
    }

    /** What the rule says, in a line without its conditions. */
    public String summary() {
        return "%s %s on %s for %s%s"
                .formatted(
                        effect.name().toLowerCase(Locale.ROOT),
                        join(actions),
                        registry
                                ? "the registry"
                                        + (repositories.isEmpty() ? "" : ", ")
                                        + join(repositories)
                                : join(repositories),
                        join(who),
                        when.count() == 0 ? "" : ", under conditions");
    }

    private static String join(List<?> parts) {
        return parts.stream().map(Object::toString).collect(Collectors.joining(", "));
    }

    /** For messages: the name, if there is one, and the place. */
    public String label() {
        return name == null ? origin.toString() : "\"" + name + "\" (" + origin + ")";
    }
}
