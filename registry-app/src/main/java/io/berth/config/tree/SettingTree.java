package io.berth.config.tree;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The settings of all sources. Sources are added in ascending priority: a text or a list replaces
 * an earlier value, a map is merged into it, and an empty text sets nothing. For one thread.
 */
public final class SettingTree {

    /**
     * A setting that is not in the schema.
     *
     * @param name as in documentation, such as {@code notifications.endpoints[0].url}
     * @param path the same without brackets, such as {@code notifications.endpoints.0.url}
     * @param text empty for a group that was chosen by its name and has no members, and for {@code
     *     bare}
     * @param bare whether a map has the name without a value, which sets nothing
     * @param origin where it is set, such as {@code variable REGISTRY_AUTH}
     */
    public record Entry(String name, String path, String text, boolean bare, String origin) {}

    /** The value of a name: a text, or members, whose names are numbers in a list. */
    static final class Node {

        @Nullable String text;
        String origin = "";
        boolean list;

        /** Whether it was chosen by its name, and so is set even without members. */
        boolean chosen;

        /** Whether a map has the name, perhaps without a value. */
        boolean named;

        final Map<String, Node> members = new TreeMap<>(SettingTree::compare);

        List<Node> items() {
            return List.copyOf(members.values());
        }
    }

    private final SettingNames settingNames;
    private final Node root = new Node();

    /** An empty tree. */
    public SettingTree(SettingNames settingNames) {
        this.settingNames = settingNames;
    }

    /** Compares numbers by value, and names without case. */
    private static int compare(String one, String other) {
        boolean numbers = isIndex(one) && isIndex(other);
        return numbers
                ? Integer.compare(Integer.parseInt(one), Integer.parseInt(other))
                : one.compareToIgnoreCase(other);
    }

    static boolean isIndex(String name) {
        return name.matches("\\d{1,4}");
    }

    SettingNames settingNames() {
        return settingNames;
    }

    Node root() {
        return root;
    }

    /** Whether anything is set under a name. */
    public boolean isSet(String name) {
        Node node = root;
        for (String part : SettingNames.split(name)) {
            node = node.members.get(part);
            if (node == null) {
                return false;
            }
        }
        return true;
    }

    /**
     * Sets a value.
     *
     * @param text parsed as YAML unless the setting is a single value
     * @param origin where it is set, for messages
     * @throws WrongSettingException when the text begins like a YAML map or list but is not one
     */
    public void set(List<String> path, String text, String origin) {
        List<String> canonical = settingNames.canonical(path);
        try {
            store(
                    canonical,
                    parse(Schema.at(settingNames.schema(), canonical), text.strip()),
                    origin);
        } catch (YamlText.Malformed e) {
            throw new WrongSettingException(
                    "The setting "
                            + String.join(".", canonical)
                            + " ("
                            + origin
                            + ") begins like a YAML map or list, but is not one. Aliases (*name) of"
                            + " maps and lists are not supported, nor more than "
                            + YamlText.MAX_LEVELS
                            + " levels of them.",
                    null);
        }
    }

    private static @Nullable Object parse(@Nullable Schema schema, String text)
            throws YamlText.Malformed {
        return switch (schema) {
            case Schema.Value _ -> isQuoted(text) ? orText(text) : text;
            case Schema.Listed _ ->
                    beginsAsList(text) ? list(text) : isQuoted(text) ? orText(text) : text;
            case Schema.Group _, Schema.Named _, Schema.NamedGroups _ -> YamlText.read(text);
            case null -> orText(text);
        };
    }

    private static boolean isQuoted(String text) {
        return text.length() > 1
                && (text.startsWith("\"") || text.startsWith("'"))
                && text.charAt(0) == text.charAt(text.length() - 1);
    }

    private static boolean beginsAsList(String text) {
        return text.startsWith("[") || text.startsWith("- ");
    }

    /** A YAML list, or the text itself when it is a pattern that begins with a character class. */
    private static @Nullable Object list(String text) throws YamlText.Malformed {
        boolean whole = text.startsWith("- ") || text.endsWith("]") || !text.contains("]");
        return whole ? YamlText.read(text) : text;
    }

    private static @Nullable Object orText(String text) {
        try {
            return YamlText.read(text);
        } catch (YamlText.Malformed e) {
            return text;
        }
    }

    private void store(List<String> anyPath, @Nullable Object value, String origin) {
        List<String> path = settingNames.canonical(anyPath);
        switch (value) {
            case Map<?, ?> map -> storeMap(path, map, origin);
            case List<?> list -> {
                Node node = cleared(path, origin);
                node.list = true;
                for (int i = 0; i < list.size(); i++) {
                    store(below(path, Integer.toString(i)), list.get(i), origin);
                }
            }
            case null -> {} // sets nothing
            default -> storeText(path, value.toString(), origin);
        }
    }

    private void storeMap(List<String> path, Map<?, ?> map, String origin) {
        // Without members, too: storage.inmemory={} means what storage={inmemory: {}} does.
        if (isMemberOfChoice(path)) {
            choose(path, origin);
        }
        map.forEach(
                (key, value) -> {
                    if (key == null || key.toString().isBlank()) {
                        throw new WrongSettingException(
                                "The setting "
                                        + String.join(".", path)
                                        + " ("
                                        + origin
                                        + ") has a value without a name.",
                                null);
                    }
                    // The text is not shown: what follows the colon may be a secret.
                    if (value == null && key.toString().contains(":")) {
                        throw new WrongSettingException(
                                "The setting "
                                        + String.join(".", path)
                                        + " ("
                                        + origin
                                        + ") has a name without a value: YAML needs a blank"
                                        + " after the colon.",
                                null);
                    }
                    List<String> member = below(path, settingNames.spelled(path, key.toString()));
                    if (settingNames.choices().containsKey(String.join(".", path))) {
                        choose(member, origin);
                    }
                    if (value == null) {
                        keepUnknown(settingNames.canonical(member), origin);
                    }
                    store(member, value, origin);
                });
    }

    private boolean isMemberOfChoice(List<String> path) {
        return !path.isEmpty()
                && settingNames
                        .choices()
                        .containsKey(String.join(".", path.subList(0, path.size() - 1)));
    }

    /** Keeps a name that sets nothing: it may be a wrong spelling of another setting. */
    private void keepUnknown(List<String> path, String origin) {
        if (Schema.at(settingNames.schema(), path) == null) {
            Node node = node(path);
            node.named = true;
            node.origin = origin;
        }
    }

    private void storeText(List<String> path, String text, String origin) {
        if (text.isBlank()) {
            return;
        }
        String name = String.join(".", path);
        if (settingNames.choices().containsKey(name) && text.matches("[A-Za-z0-9_-]{1,40}")) {
            node(path).members.keySet().removeIf(member -> !isKept(name, member));
            choose(below(path, settingNames.spelled(path, text)), origin);
            return;
        }
        Node node = cleared(path, origin);
        node.text = text;
    }

    private boolean isKept(String choice, String member) {
        return settingNames.choices().getOrDefault(choice, Set.of()).contains(member);
    }

    private void choose(List<String> path, String origin) {
        Node node = node(settingNames.canonical(path));
        node.chosen = true;
        node.origin = origin;
    }

    private Node cleared(List<String> path, String origin) {
        Node node = node(path);
        node.members.clear();
        node.text = null;
        node.list = false;
        node.origin = origin;
        return node;
    }

    private Node node(List<String> path) {
        Node node = root;
        for (String name : path) {
            node.text = null;
            node = node.members.computeIfAbsent(name, _ -> new Node());
        }
        return node;
    }

    private static List<String> below(List<String> path, String name) {
        List<String> member = new ArrayList<>(path);
        member.add(name);
        return member;
    }

    /** The settings that are not in the schema, in the order of their names. */
    public List<Entry> unknown() {
        List<Entry> entries = new ArrayList<>();
        collect(root, List.of(), "", entries);
        return entries;
    }

    private void collect(Node node, List<String> path, String name, List<Entry> entries) {
        boolean known = Schema.at(settingNames.schema(), path) != null;
        boolean empty = node.members.isEmpty() && (node.chosen || node.named);
        if (!known && (node.text != null || empty)) {
            String text = node.text == null ? "" : node.text;
            boolean bare = node.text == null && !node.chosen;
            entries.add(new Entry(name, String.join(".", path), text, bare, node.origin));
        }
        node.members.forEach(
                (member, child) -> {
                    String dot = name.isEmpty() ? "" : ".";
                    String next = node.list ? name + "[" + member + "]" : name + dot + member;
                    collect(child, below(path, member), next, entries);
                });
    }

    /**
     * Creates the records.
     *
     * @throws WrongSettingException for the first invalid value
     */
    public <R extends Record> R bind(Class<R> type) {
        return type.cast(new RecordBinder().bind(settingNames.schema(), root, ""));
    }
}
