package io.berth.policy.file;

import io.berth.config.tree.Conversion;
import io.berth.config.tree.NearestName;
import io.berth.setting.DefaultValue;
import io.berth.setting.Origin;
import io.berth.setting.ValueSanitizer;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Makes records of YAML, and gathers everything that is wrong in it. A name in the file is that of
 * a component, in lower case. A component is a record, a value ({@link Conversion}), a list of
 * these, or a map of names to values or to lists of values; a single value stands for a list of
 * one. A component of type {@link Origin} is the place of its record. What the file does not set
 * has its {@link DefaultValue}; without one, a list or a map is empty and anything else is {@code
 * null}. A constructor throws {@code IllegalArgumentException} with a sentence for the
 * administrator.
 *
 * <p>For one thread.
 */
final class RecordReader {

    private final String file;
    private final List<Problem> problems = new ArrayList<>();

    /**
     * @param file its name, for messages
     */
    RecordReader(String file) {
        this.file = file;
    }

    /** What was wrong until now, in the order in which it was found. */
    List<Problem> problems() {
        return problems;
    }

    /**
     * The record of a map.
     *
     * @param path of the map, for messages; empty for the whole file
     * @return {@code null} where something is wrong
     */
    <T extends Record> @Nullable T read(Class<T> type, Node node, String path) {
        if (!(node instanceof MappingNode map)) {
            wrong(node, (path.isEmpty() ? "the file" : path) + " must be a map of " + names(type));
            return null;
        }
        int before = problems.size();
        Map<String, Node> members = members(map, path);
        requireKnown(type, map, path);
        RecordComponent[] components = type.getRecordComponents();
        @Nullable Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            values[i] =
                    components[i].getType() == Origin.class
                            ? new Origin(file, line(node))
                            : component(components[i], members, path);
        }
        return problems.size() > before ? null : create(type, values, node, path);
    }

    private @Nullable Object component(
            RecordComponent component, Map<String, Node> members, String path) {
        String name = nameOf(component);
        Node node = members.get(name);
        return node == null
                ? byDefault(component)
                : value(component.getGenericType(), node, join(path, name));
    }

    private static String nameOf(RecordComponent component) {
        return component.getName().toLowerCase(Locale.ROOT);
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private Map<String, Node> members(MappingNode map, String path) {
        Map<String, Node> members = new LinkedHashMap<>();
        for (NodeTuple entry : map.getValue()) {
            String name = key(entry);
            if (isMissing(entry.getValueNode())) {
                wrong(
                        entry.getKeyNode(),
                        join(path, name) + " has no value: give it one, or remove it");
            } else if (members.put(name, entry.getValueNode()) != null) {
                wrong(entry.getKeyNode(), join(path, name) + " is set twice: remove one of them");
            }
        }
        return members;
    }

    private static String key(NodeTuple entry) {
        return entry.getKeyNode() instanceof ScalarNode scalar
                ? ValueSanitizer.sanitize(scalar.getValue())
                : "?";
    }

    private static boolean isMissing(Node node) {
        return node instanceof ScalarNode scalar
                && scalar.getScalarStyle() == ScalarStyle.PLAIN
                && List.of("", "~", "null").contains(scalar.getValue());
    }

    private void requireKnown(Class<? extends Record> type, MappingNode map, String path) {
        List<String> known = known(type);
        for (NodeTuple entry : map.getValue()) {
            String name = key(entry);
            if (!known.contains(name)) {
                wrong(
                        entry.getKeyNode(),
                        join(path, name)
                                + " does not exist: "
                                + NearestName.to(name, known)
                                        .map(nearest -> "is " + nearest + " meant?")
                                        .orElse("there are " + names(type)));
            }
        }
    }

    private static List<String> known(Class<? extends Record> type) {
        return Arrays.stream(type.getRecordComponents())
                .filter(component -> component.getType() != Origin.class)
                .map(RecordReader::nameOf)
                .toList();
    }

    private static String names(Class<? extends Record> type) {
        return String.join(", ", known(type));
    }

    private @Nullable Object value(Type type, Node node, String path) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            return generic.getRawType() == Map.class
                    ? map(arguments[1], node, path)
                    : list(arguments[0], node, path);
        }
        Class<?> plain = (Class<?>) type;
        return plain.isRecord() && !Conversion.isValue(plain)
                ? read(plain.asSubclass(Record.class), node, path)
                : single(plain, node, path);
    }

    private List<Object> list(Type type, Node node, String path) {
        if (node instanceof ScalarNode) {
            Object only = value(type, node, path);
            return only == null ? List.of() : List.of(only);
        }
        if (!(node instanceof SequenceNode sequence)) {
            wrong(node, path + " must be a list");
            return List.of();
        }
        List<Object> values = new ArrayList<>();
        int number = 0;
        for (Node item : sequence.getValue()) {
            Object value = value(type, item, path + "[" + number++ + "]");
            if (value != null) {
                values.add(value);
            }
        }
        return values;
    }

    private Map<String, Object> map(Type type, Node node, String path) {
        Map<String, Object> values = new LinkedHashMap<>();
        if (!(node instanceof MappingNode map)) {
            wrong(node, path + " must be a map such as {name: value}");
            return values;
        }
        members(map, path)
                .forEach(
                        (name, child) -> {
                            Object value = value(type, child, join(path, name));
                            if (value != null) {
                                values.put(name, value);
                            }
                        });
        return values;
    }

    private @Nullable Object single(Class<?> type, Node node, String path) {
        if (!(node instanceof ScalarNode scalar)) {
            wrong(node, path + " must be one value");
            return null;
        }
        try {
            return Conversion.convert(scalar.getValue(), type);
        } catch (Conversion.Failure e) {
            wrong(
                    node,
                    "%s is \"%s\", but must be %s"
                            .formatted(
                                    path,
                                    ValueSanitizer.sanitize(scalar.getValue()),
                                    e.getMessage()));
            return null;
        }
    }

    private @Nullable Object byDefault(RecordComponent component) {
        Class<?> type = component.getType();
        DefaultValue byDefault = component.getAnnotation(DefaultValue.class);
        if (type == List.class) {
            return List.of();
        }
        if (type == Map.class) {
            return Map.of();
        }
        if (byDefault == null) {
            return null;
        }
        if (type.isRecord() && !Conversion.isValue(type)) {
            return ofDefaults(type.asSubclass(Record.class));
        }
        try {
            return Conversion.convert(byDefault.value()[0], type);
        } catch (Conversion.Failure e) {
            throw new IllegalStateException(e);
        }
    }

    private Record ofDefaults(Class<? extends Record> type) {
        @Nullable Object[] values =
                Arrays.stream(type.getRecordComponents()).map(this::byDefault).toArray();
        try {
            return constructor(type).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private <T extends Record> @Nullable T create(
            Class<T> type, @Nullable Object[] values, Node node, String path) {
        try {
            return constructor(type).newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refusal) {
                wrong(node, join(path, String.valueOf(refusal.getMessage())));
                return null;
            }
            throw new IllegalStateException(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The canonical constructor. */
    private static <T extends Record> Constructor<T> constructor(Class<T> type) {
        Class<?>[] types =
                Arrays.stream(type.getRecordComponents())
                        .map(RecordComponent::getType)
                        .toArray(Class<?>[]::new);
        try {
            return type.getDeclaredConstructor(types);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    private void wrong(Node node, String text) {
        problems.add(new Problem(line(node), text));
    }

    private static int line(Node node) {
        return node.getStartMark() == null ? 1 : node.getStartMark().getLine() + 1;
    }
}
