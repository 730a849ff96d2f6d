package io.berth.config.tree;

import io.berth.setting.Unwrapped;
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

/** The settings that exist, derived from records. Immutable. */
public sealed interface Schema {

    /**
     * A record of settings.
     *
     * @param members by their names in lower case, in the order of the record; with those of its
     *     {@link Unwrapped} records
     */
    record Group(Class<? extends Record> type, Map<String, Schema> members) implements Schema {}

    /** One value. */
    record Value(Class<?> type) implements Schema {}

    /** A list of values. */
    record Listed(Class<?> type) implements Schema {}

    /** Lists of texts under names that the administrator chooses. */
    record Named() implements Schema {}

    /** Records of one type under names that the administrator chooses, in lower case. */
    record NamedGroups(Group each) implements Schema {}

    /**
     * The schema of a record.
     *
     * @throws IllegalStateException when two components have the same name
     */
    static Group of(Class<? extends Record> type) {
        Map<String, Schema> members = new LinkedHashMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            if (component.isAnnotationPresent(Unwrapped.class)) {
                unwrapped(component)
                        .members()
                        .forEach((name, schema) -> add(members, name, schema, type));
            } else {
                String name = component.getName().toLowerCase(Locale.ROOT);
                Schema schema = of(component.getType(), component.getGenericType());
                add(members, name, schema, type);
            }
        }
        return new Group(type, members);
    }

    private static void add(
            Map<String, Schema> members, String name, Schema schema, Class<?> type) {
        if (members.put(name, schema) != null) {
            throw new IllegalStateException(type.getName() + " has two settings " + name);
        }
    }

    /** The schema of a record whose members are among those of the record around it. */
    static Group unwrapped(RecordComponent component) {
        return of(component.getType().asSubclass(Record.class));
    }

    private static Schema of(Class<?> type, Type generic) {
        if (Map.class.isAssignableFrom(type)) {
            return argument(generic, 1) instanceof Class<?> value && value.isRecord()
                    ? new NamedGroups(of(value.asSubclass(Record.class)))
                    : new Named();
        }
        if (List.class.isAssignableFrom(type)) {
            return new Listed((Class<?>) argument(generic, 0));
        }
        return type.isRecord() && !Conversion.isValue(type)
                ? of(type.asSubclass(Record.class))
                : new Value(type);
    }

    private static Type argument(Type generic, int index) {
        return ((ParameterizedType) generic).getActualTypeArguments()[index];
    }

    /** The schema of a path; {@code null} when there is no such setting. */
    static @Nullable Schema at(Schema root, List<String> path) {
        Schema schema = root;
        for (String name : path) {
            schema =
                    switch (schema) {
                        case Group group -> group.members().get(name);
                        case Named _ -> new Listed(String.class);
                        case NamedGroups groups -> groups.each();
                        case Listed list -> new Value(list.type());
                        case Value _ -> null;
                        case null -> null;
                    };
        }
        return schema;
    }

    /**
     * The names of all settings that are not groups, sorted, such as {@code http.addr}. A name that
     * the administrator chooses is {@code *} in them.
     */
    static Set<String> names(Group root) {
        Set<String> names = new TreeSet<>();
        walk(
                root,
                "",
                (name, schema) -> {
                    if (!(schema instanceof Group || schema instanceof NamedGroups)) {
                        names.add(name);
                    }
                });
        return names;
    }

    private static void walk(Group group, String prefix, BiConsumer<String, Schema> visitor) {
        group.members()
                .forEach(
                        (name, schema) -> {
                            visitor.accept(prefix + name, schema);
                            if (schema instanceof Group inner) {
                                walk(inner, prefix + name + ".", visitor);
                            } else if (schema instanceof NamedGroups groups) {
                                walk(groups.each(), prefix + name + ".*.", visitor);
                            }
                        });
    }
}
