package io.berth.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Settings as the application binds them. */
final class Settings {

    private Settings() {}

    static RegistrySettings defaults() {
        return with(Map.of());
    }

    /**
     * @param values by names as they are documented
     */
    static RegistrySettings with(Map<String, String> values) {
        Map<String, String> properties = new TreeMap<>();
        values.forEach(
                (name, value) -> properties.put(RegistrySettings.PREFIX + "." + name, value));
        return new Binder(new MapConfigurationPropertySource(properties))
                .bindOrCreate(RegistrySettings.PREFIX, RegistrySettings.class);
    }

    /**
     * As {@link #with}, and makes sure that the values are all there are in a group and that each
     * differs from its default.
     */
    static RegistrySettings withAll(String group, Map<String, String> values) {
        assertThat(values.keySet().stream().map(Settings::plain).collect(Collectors.toSet()))
                .as("settings of %s", group)
                .containsExactlyInAnyOrderElementsOf(
                        new SettingNames(RegistrySettings.class)
                                .values().stream()
                                        .filter(name -> name.startsWith(group + "."))
                                        .toList());
        values.forEach(
                (name, value) ->
                        assertThat(with(Map.of(name, value)))
                                .as("%s=%s against the default", name, value)
                                .isNotEqualTo(defaults()));
        return with(values);
    }

    /** Without the index of a list and the key of a map. */
    private static String plain(String name) {
        return name.replaceAll("\\[\\d+]", "").replaceAll("^(http\\.headers)\\..*", "$1");
    }
}
