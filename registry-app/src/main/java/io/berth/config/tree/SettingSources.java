package io.berth.config.tree;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * Adds the settings in Spring's environment to a tree: variables named as by distribution, such as
 * {@code REGISTRY_HTTP_ADDR}, and properties of all other sources that begin with {@code
 * registry.}.
 */
public final class SettingSources {

    private static final String VARIABLE = "REGISTRY_";
    private static final String PROPERTY = "registry.";

    /** Variables that Kubernetes sets for a service whose name begins with "registry". */
    private static final Pattern OF_KUBERNETES =
            Pattern.compile(
                    "(.*_)?SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|(.*_)?PORT_\\d+_[A-Z]+(_[A-Z]+)?");

    /** By {@code REGISTRY_AUTH_FILE}, podman, skopeo and buildah find their credentials. */
    private static final String OF_CLIENTS = "AUTH_FILE";

    private static final Pattern INDEXED_VARIABLE = Pattern.compile("(.+)_(\\d{1,4})");
    private static final Pattern INDEXED_PROPERTY = Pattern.compile("(.+)\\[(\\d{1,4})]");

    private final SettingTree tree;
    private final ConfigurableEnvironment environment;

    private SettingSources(SettingTree tree, ConfigurableEnvironment environment) {
        this.tree = tree;
        this.environment = environment;
    }

    /**
     * Adds all sources, in ascending priority.
     *
     * @throws WrongSettingException when a value cannot be parsed
     */
    public static void addAll(ConfigurableEnvironment environment, SettingTree tree) {
        List<PropertySource<?>> sources = new ArrayList<>();
        environment.getPropertySources().forEach(sources::add);
        Collections.reverse(sources);
        SettingSources all = new SettingSources(tree, environment);
        for (PropertySource<?> source : sources) {
            if (source.getName()
                    .equals(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME)) {
                all.addVariables();
            } else if (source instanceof EnumerablePropertySource<?> enumerable) {
                all.addProperties(enumerable);
            }
        }
    }

    /**
     * Requires that files of settings name those of the registry with their prefix. Without it they
     * would have no effect, and a registry that was meant to be protected would be open.
     *
     * @param groups first parts of names
     * @throws WrongSettingException naming the first setting without the prefix
     */
    public static void requirePrefix(ConfigurableEnvironment environment, Set<String> groups) {
        for (PropertySource<?> source : environment.getPropertySources()) {
            // System properties belong to the whole process: other libraries may use such names.
            if (source instanceof OriginTrackedMapPropertySource file) {
                for (String name : new TreeSet<>(List.of(file.getPropertyNames()))) {
                    if (groups.contains(name.substring(0, end(name)).toLowerCase(Locale.ROOT))) {
                        throw new WrongSettingException(
                                "%s has no effect. Settings of the registry begin with %s in a file: write %s%s, and so for all of them."
                                        .formatted(origin(file, name), PROPERTY, PROPERTY, name),
                                null);
                    }
                }
            }
        }
    }

    /** Sorted, so that a group comes before its members, as in distribution. */
    private void addVariables() {
        new TreeMap<>(environment.getSystemEnvironment())
                .forEach(
                        (name, value) -> {
                            String rest = after(VARIABLE, name);
                            if (rest != null && !isOfOthers(rest, value.toString())) {
                                tree.set(
                                        pathOfVariable(rest), value.toString(), "variable " + name);
                            }
                        });
    }

    private static boolean isOfOthers(String name, String value) {
        boolean address = value.matches("(tcp|udp|sctp)://.*");
        return OF_KUBERNETES.matcher(name).matches()
                || (address && name.matches("(.*_)?PORT"))
                || name.equals(OF_CLIENTS);
    }

    private static @Nullable String after(String prefix, String name) {
        return name.length() > prefix.length()
                        && name.substring(0, prefix.length()).equalsIgnoreCase(prefix)
                ? name.substring(prefix.length())
                : null;
    }

    /** Underscores separate names, except in names that the administrator chooses. */
    private List<String> pathOfVariable(String name) {
        List<String> path = new ArrayList<>();
        String rest = name;
        while (!rest.isEmpty()) {
            Schema schema = Schema.at(tree.settingNames().schema(), path);
            if (schema instanceof Schema.Named) {
                addChosen(INDEXED_VARIABLE.matcher(rest), rest, path);
                return path;
            }
            String member = member(schema, rest, path);
            if (member == null) {
                path.addAll(List.of(rest.toLowerCase(Locale.ROOT).split("_", -1)));
                return path;
            }
            path.add(member);
            path = new ArrayList<>(tree.settingNames().canonical(path));
            rest = rest.substring(Math.min(rest.length(), member.length() + 1));
        }
        return path;
    }

    /** {@code null}: there is no such setting. */
    private @Nullable String member(@Nullable Schema schema, String rest, List<String> path) {
        return switch (schema) {
            case Schema.Group group -> first(rest, path, group);
            case Schema.NamedGroups _ -> rest.toLowerCase(Locale.ROOT).split("_", 2)[0];
            case null, default -> null;
        };
    }

    private @Nullable String first(String rest, List<String> path, Schema.Group group) {
        String text = rest.toLowerCase(Locale.ROOT);
        String longest = null;
        for (String member : tree.settingNames().membersOf(path, group)) {
            boolean begins = text.equals(member) || text.startsWith(member + "_");
            if (begins && (longest == null || longest.length() < member.length())) {
                longest = member;
            }
        }
        return longest;
    }

    private static void addChosen(Matcher indexed, String rest, List<String> path) {
        if (indexed.matches()) {
            path.add(withoutBrackets(indexed.group(1)));
            path.add(indexed.group(2));
        } else {
            path.add(withoutBrackets(rest));
        }
    }

    private static String withoutBrackets(String name) {
        return name.startsWith("[") && name.endsWith("]")
                ? name.substring(1, name.length() - 1)
                : name;
    }

    private void addProperties(EnumerablePropertySource<?> source) {
        for (String name : new TreeSet<>(List.of(source.getPropertyNames()))) {
            String rest = after(PROPERTY, name);
            Object value = rest == null ? null : source.getProperty(name);
            if (rest != null && value != null) {
                String origin = origin(source, name);
                tree.set(pathOfProperty(rest), resolved(value.toString(), origin), origin);
            }
        }
    }

    private String resolved(String value, String origin) {
        try {
            return environment.resolveRequiredPlaceholders(value);
        } catch (IllegalArgumentException e) {
            throw new WrongSettingException(
                    "A setting ("
                            + origin
                            + ") has a placeholder ${…} that is not defined, or refers to itself.",
                    null);
        }
    }

    private static String origin(PropertySource<?> source, String name) {
        Origin origin = OriginLookup.getOrigin(source, name);
        return origin == null ? name + " in " + source.getName() : name + " in " + origin;
    }

    private List<String> pathOfProperty(String name) {
        List<String> path = new ArrayList<>();
        String rest = name;
        while (!rest.isEmpty()) {
            if (Schema.at(tree.settingNames().schema(), path) instanceof Schema.Named) {
                addChosen(INDEXED_PROPERTY.matcher(rest), rest, path);
                return path;
            }
            int end = end(rest);
            path.add(tree.settingNames().spelled(path, withoutBrackets(rest.substring(0, end))));
            path = new ArrayList<>(tree.settingNames().canonical(path));
            rest = rest.substring(end);
            rest = rest.startsWith(".") ? rest.substring(1) : rest;
        }
        return path;
    }

    /** Where the first name ends. */
    private static int end(String rest) {
        if (rest.startsWith("[") && rest.contains("]")) {
            return rest.indexOf(']') + 1;
        }
        int end = rest.length();
        for (char separator : new char[] {'.', '['}) {
            int at = rest.indexOf(separator, 1);
            end = at > 0 ? Math.min(end, at) : end;
        }
        return end;
    }
}
