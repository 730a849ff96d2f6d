package io.berth.config.tree;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How settings may be named. Immutable.
 *
 * @param shape the settings there are
 * @param aliases other names of settings or groups, with the name that counts
 * @param choices groups that a text may stand for, which names the member to use: {@code storage},
 *     set to {@code s3}. With each group, the members that are not chosen by that
 */
public record Dialect(
        Shape.Group shape, Map<String, String> aliases, Map<String, Set<String>> choices) {

    public Dialect {
        aliases = Map.copyOf(aliases);
        choices = Map.copyOf(choices);
    }

    /** The path that counts, for one that may begin with an alias. */
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

    /** The names that a member of a group goes by, aliases included. */
    Set<String> membersOf(List<String> path, Shape.Group group) {
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
     * A name below a path, as the records spell it. Names of an administrator's choice are kept.
     */
    String spelled(List<String> path, String name) {
        return switch (Shape.at(shape, path)) {
            case Shape.Named _ -> name;
            case Shape.Group group -> {
                String plain = name.toLowerCase(Locale.ROOT).replace("-", "");
                yield membersOf(path, group).contains(plain)
                        ? plain
                        : name.toLowerCase(Locale.ROOT);
            }
            case null, default -> name.toLowerCase(Locale.ROOT);
        };
    }

    static List<String> split(String name) {
        return List.of(name.split("\\."));
    }
}
