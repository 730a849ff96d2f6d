package io.berth.config.tree;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The names of settings, their aliases, and the groups whose value can be a name. Immutable.
 *
 * @param schema all settings
 * @param aliases other names of settings or groups, with the canonical name
 * @param choices groups whose value can be the name of the member to use, such as {@code storage}
 *     set to {@code s3}; for each, the members that are independent of that choice
 */
public record SettingNames(
        Schema.Group schema, Map<String, String> aliases, Map<String, Set<String>> choices) {

    public SettingNames {
        aliases = Map.copyOf(aliases);
        choices = Map.copyOf(choices);
    }

    /** The path with an alias at its beginning replaced by the canonical name. */
    List<String> canonical(List<String> path) {
        for (Map.Entry<String, String> alias : aliases.entrySet()) {
            List<String> other = split(alias.getKey());
            if (path.size() >= other.size() && path.subList(0, other.size()).equals(other)) {
                List<String> renamed = new ArrayList<>(split(alias.getValue()));
                renamed.addAll(path.subList(other.size(), path.size()));
                return renamed;
            }
        }
        return path;
    }

    /** The names of a group's members, with aliases. */
    Set<String> membersOf(List<String> path, Schema.Group group) {
        Set<String> names = new HashSet<>(group.members().keySet());
        for (String alias : aliases.keySet()) {
            List<String> other = split(alias);
            if (other.subList(0, other.size() - 1).equals(path)) {
                names.add(other.getLast());
            }
        }
        return names;
    }

    /**
     * A name below a path as the schema spells it: in lower case and without hyphens. Names that
     * the administrator chooses are unchanged.
     */
    String spelled(List<String> path, String name) {
        return switch (Schema.at(schema, path)) {
            case Schema.Named _ -> name;
            case Schema.Group group -> {
                String plain = name.toLowerCase(Locale.ROOT).replace("-", "");
                yield membersOf(path, group).contains(plain)
                        ? plain
                        : name.toLowerCase(Locale.ROOT);
            }
            case null, default -> name.toLowerCase(Locale.ROOT);
        };
    }

    /** The path of a name with dots. */
    static List<String> split(String name) {
        return List.of(name.split("\\."));
    }
}
