package io.berth.config.tree;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What can be set, as records spell it. Immutable. */
public sealed interface Shape {

    /**
     * A record of settings.
     *
     * @param members by their names in lower case, in the order of the record
     */
    record Group(Class<? extends Record> type, Map<String, Shape> members) implements Shape {}

    /** One value. */
    record Value(Class<?> type) implements Shape {}

    /** A list of values. */
    record Listed(Class<?> type) implements Shape {}

    /** Lists of texts under names that the administrator chooses. */
    record Named() implements Shape {}

    static Group of(Class<? extends Record> type) {
        Map<String, Shape> members = new LinkedHashMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            members.put(
                    component.getName().toLowerCase(Locale.ROOT),
                    of(component.getType(), component.getGenericType()));
        }
        return new Group(type, members);
    }

    private static Shape of(Class<?> type, Type generic) {
        if (Map.class.isAssignableFrom(type)) {
            return new Named();
        }
        if (List.class.isAssignableFrom(type)) {
            return new Listed((Class<?>) ((ParameterizedType) generic).getActualTypeArguments()[0]);
        }
        return type.isRecord() && !Conversion.isValue(type)
                ? of(type.asSubclass(Record.class))
                : new Value(type);
    }

    /** What can be set under a name; {@code null}: nothing. */
    static @Nullable Shape at(Shape root, List<String> path) {
        Shape shape = root;
        for (String name : path) {
            shape =
                    switch (shape) {
                        case Group group -> group.members().get(name);
                        case Named _ -> new Listed(String.class);
                        case Listed list -> new Value(list.type());
                        case Value _ -> null;
                        case null -> null;
                    };
        }
        return shape;
    }

    /** The names of everything that is not a group, in their order: {@code http.addr}. */
    static Set<String> names(Group root) {
        Set<String> names = new TreeSet<>();
        walk(
                root,
                "",
                (name, shape) -> {
                    if (!(shape instanceof Group)) {
                        names.add(name);
                    }
                });
        return names;
    }

    private static void walk(Group group, String prefix, BiConsumer<String, Shape> visitor) {
        group.members()
                .forEach(
                        (name, shape) -> {
                            visitor.accept(prefix + name, shape);
                            if (shape instanceof Group inner) {
                                walk(inner, prefix + name + ".", visitor);
                            }
                        });
    }
}
