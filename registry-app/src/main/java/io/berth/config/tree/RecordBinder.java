package io.berth.config.tree;

import io.berth.config.tree.SettingTree.Node;
import io.berth.setting.DefaultValue;
import io.berth.setting.Secret;
import io.berth.setting.Unwrapped;
import io.berth.setting.ValueSanitizer;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Creates records from a tree. A component that is not set gets its {@code @DefaultValue}, or
 * {@code null} if there is none. Constructors of records throw an {@code IllegalArgumentException}
 * for invalid values, with a message for the administrator.
 */
final class RecordBinder {

    Record bind(Schema.Group schema, @Nullable Node node, String name) {
        if (node != null && node.text != null) {
            throw new WrongSettingException(
                    "The setting %s (%s) is a text, but must be a group of these settings: %s."
                            .formatted(
                                    name,
                                    node.origin,
                                    String.join(", ", schema.members().keySet())),
                    null);
        }
        return create(values(schema, node, name), node, name);
    }

    /**
     * What a record is made of. Those {@link Unwrapped} in it are not made yet: each value has its
     * type before any constructor looks at how values go together.
     */
    private record Values(Class<? extends Record> type, List<@Nullable Object> components) {}

    private Values values(Schema.Group schema, @Nullable Node node, String name) {
        List<@Nullable Object> components = new ArrayList<>();
        for (RecordComponent component : schema.type().getRecordComponents()) {
            components.add(
                    component.isAnnotationPresent(Unwrapped.class)
                            ? values(Schema.unwrapped(component), node, name)
                            : member(component, schema, node, name));
        }
        return new Values(schema.type(), components);
    }

    private @Nullable Object member(
            RecordComponent component, Schema.Group schema, @Nullable Node node, String name) {
        String member = component.getName().toLowerCase(Locale.ROOT);
        Node child = node == null ? null : node.members.get(member);
        String full = name.isEmpty() ? member : name + "." + member;
        DefaultValue byDefault = component.getAnnotation(DefaultValue.class);
        return value(schema.members().get(member), child, full, byDefault);
    }

    /** The canonical constructor, whose parameters are the components in their order. */
    private static Constructor<? extends Record> constructor(Class<? extends Record> type) {
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

    private @Nullable Object value(
            @Nullable Schema schema,
            @Nullable Node node,
            String name,
            @Nullable DefaultValue byDefault) {
        return switch (schema) {
            case Schema.Group group ->
                    node == null && byDefault == null ? null : bind(group, node, name);
            case Schema.Value value -> single(value.type(), node, name, byDefault);
            case Schema.Listed list -> list(list.type(), node, name, byDefault);
            case Schema.Named _ -> named(node, name);
            case Schema.NamedGroups groups -> namedGroups(groups.each(), node, name);
            case null -> throw new IllegalStateException(name);
        };
    }

    private static @Nullable Object single(
            Class<?> type, @Nullable Node node, String name, @Nullable DefaultValue byDefault) {
        if (node != null && node.list) {
            throw wrong(name, node, "(a list)", "one value");
        }
        if (node != null && node.text != null) {
            return convert(node.text, type, node, name);
        }
        return byDefault == null ? null : byDefault(byDefault.value()[0], type);
    }

    private static List<Object> list(
            Class<?> type, @Nullable Node node, String name, @Nullable DefaultValue byDefault) {
        if (node == null) {
            String[] values = byDefault == null ? new String[0] : byDefault.value();
            return Arrays.stream(values).map(value -> byDefault(value, type)).toList();
        }
        List<Object> values = new ArrayList<>();
        for (String text : texts(node, name, type.isEnum())) {
            values.add(convert(text, type, node, name));
        }
        return List.copyOf(values);
    }

    /** A single text is a list of one; words may be separated by commas. */
    private static List<String> texts(Node node, String name, boolean words) {
        if (node.text != null) {
            return words ? List.of(node.text.strip().split("\\s*,\\s*")) : List.of(node.text);
        }
        List<String> texts = new ArrayList<>();
        for (Node item : node.items()) {
            if (item.text == null) {
                throw wrong(name, node, "(a list of other things)", "a list of texts");
            }
            texts.add(item.text);
        }
        return texts;
    }

    private static Map<String, List<String>> named(@Nullable Node node, String name) {
        Map<String, List<String>> lists = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        if (node != null && (node.text != null || node.list)) {
            throw wrong(name, node, "(not a map)", "a map such as {Name: [value]}");
        }
        if (node != null) {
            node.members.forEach(
                    (key, child) -> lists.put(key, texts(child, name + "." + key, false)));
        }
        return lists;
    }

    private Map<String, Record> namedGroups(Schema.Group each, @Nullable Node node, String name) {
        Map<String, Record> groups = new LinkedHashMap<>();
        if (node != null && (node.text != null || node.list || node.members.isEmpty())) {
            throw wrong(name, node, "(without names)", "a map such as {name: {…}}");
        }
        if (node != null) {
            node.members.forEach(
                    (key, child) -> groups.put(key, bind(each, child, name + "." + key)));
        }
        return Collections.unmodifiableMap(groups);
    }

    private static Object convert(String text, Class<?> type, Node node, String name) {
        try {
            return Conversion.convert(text, type);
        } catch (Conversion.Failure e) {
            boolean hidden = type == Secret.class;
            throw wrong(
                    name,
                    node,
                    hidden ? "(not shown)" : "\"" + ValueSanitizer.sanitize(text) + "\"",
                    String.valueOf(e.getMessage()));
        }
    }

    private static Object byDefault(String text, Class<?> type) {
        try {
            return Conversion.convert(text, type);
        } catch (Conversion.Failure e) {
            throw new IllegalStateException(e);
        }
    }

    private static WrongSettingException wrong(
            String name, Node node, String shown, String expected) {
        String origin = node.origin.isEmpty() ? "" : " (" + node.origin + ")";
        return new WrongSettingException(
                "The setting " + name + " is " + shown + origin + ", but must be " + expected + ".",
                null);
    }

    private static Record create(Values values, @Nullable Node node, String name) {
        @Nullable Object[] components = values.components().toArray();
        for (int i = 0; i < components.length; i++) {
            if (components[i] instanceof Values unwrapped) {
                components[i] = create(unwrapped, node, name);
            }
        }
        try {
            return constructor(values.type()).newInstance(components);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refusal) {
                throw new WrongSettingException(
                        withOrigin(named(String.valueOf(refusal.getMessage()), name), node, name)
                                + ".",
                        refusal);
            }
            throw new IllegalStateException(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A record cannot know the name that was chosen for it, and has {@code *} instead. */
    private static String named(String sentence, String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 ? sentence : sentence.replace(name.substring(0, dot) + ".*", name);
    }

    /** Inserts the origin of a setting into a sentence that begins with the name of the setting. */
    private static String withOrigin(String sentence, @Nullable Node node, String name) {
        if (node == null) {
            return sentence;
        }
        for (Map.Entry<String, Node> member : node.members.entrySet()) {
            String full = name.isEmpty() ? member.getKey() : name + "." + member.getKey();
            String origin = member.getValue().origin;
            if (sentence.startsWith(full + " ") && !origin.isEmpty()) {
                return full + " (" + origin + ")" + sentence.substring(full.length());
            }
        }
        return sentence;
    }
}
