package io.berth.config;

import java.lang.reflect.RecordComponent;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/**
 * The names of all settings, as the records spell them. What has a name of its own in the group
 * {@code storage.delete} is a <em>value</em>; the names on the way to it are groups.
 */
final class SettingNames {

    static final ConfigurationPropertyName PREFIX =
            ConfigurationPropertyName.of(RegistrySettings.PREFIX);

    /** Values that hold further names, which an administrator chooses. */
    private final Set<String> open = new LinkedHashSet<>();

    private final Set<String> values = new TreeSet<>();
    private final Set<String> groups = new LinkedHashSet<>();

    SettingNames(Class<? extends Record> root) {
        collect(root, "");
    }

    private void collect(Class<?> group, String prefix) {
        for (RecordComponent component : group.getRecordComponents()) {
            String name = prefix + component.getName().toLowerCase(Locale.ROOT);
            Class<?> type = component.getType();
            if (isGroup(type)) {
                groups.add(name);
                collect(type, name + ".");
                continue;
            }
            values.add(name);
            if (Map.class.isAssignableFrom(type)) {
                open.add(name);
            }
        }
    }

    /** The name of a property without the prefix, as it stands in the documentation. */
    static String of(ConfigurationPropertyName property) {
        StringBuilder name = new StringBuilder();
        for (int i = PREFIX.getNumberOfElements(); i < property.getNumberOfElements(); i++) {
            String element = property.getElement(i, Form.UNIFORM);
            if (property.isNumericIndex(i)) {
                name.append('[').append(element).append(']');
            } else {
                name.append(name.isEmpty() ? "" : ".").append(element);
            }
        }
        return name.toString();
    }

    /** Values are made from one text each, by a method {@code of}. */
    private static boolean isGroup(Class<?> type) {
        if (!type.isRecord()) {
            return false;
        }
        try {
            type.getMethod("of", String.class);
            return false;
        } catch (NoSuchMethodException e) {
            return true;
        }
    }

    /** All values, in order of their names. */
    Set<String> values() {
        return values;
    }

    boolean isGroup(String name) {
        return groups.contains(name);
    }

    /** Whether a value goes by this name, or by its beginning where it holds further names. */
    boolean isValue(String name) {
        String plain = name.replaceAll("\\[\\d+]", "");
        return values.contains(plain) || open.stream().anyMatch(o -> plain.startsWith(o + "."));
    }
}
