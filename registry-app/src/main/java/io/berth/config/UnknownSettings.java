package io.berth.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;

/** Settings that somebody made and nothing reads: mistyped, or of another registry. */
public final class UnknownSettings {

    /** Settings of distribution that ask for nothing here, with the reason. */
    static final Map<String, String> WITHOUT_EFFECT =
            Map.of(
                    "storage.filesystem.maxthreads",
                    "http.maxthreads bounds what happens at the same time");

    private UnknownSettings() {}

    /** A sentence for each of them, in order of their names. */
    public static List<String> in(Environment environment) {
        SettingNames names = new SettingNames(RegistrySettings.class);
        Map<String, String> sentences = new TreeMap<>();
        for (var source : ConfigurationPropertySources.get(environment)) {
            if (source instanceof IterableConfigurationPropertySource iterable) {
                iterable.stream()
                        .filter(SettingNames.PREFIX::isAncestorOf)
                        .forEach(name -> judge(names, iterable, name, sentences));
            }
        }
        return new ArrayList<>(sentences.values());
    }

    private static void judge(
            SettingNames names,
            IterableConfigurationPropertySource source,
            ConfigurationPropertyName fullName,
            Map<String, String> sentences) {
        String name = OtherNames.documented(SettingNames.of(fullName));
        ConfigurationProperty property = source.getConfigurationProperty(fullName);
        if (property == null || names.isValue(name) || OtherNames.isStore(name)) {
            return;
        }
        if (names.isGroup(name) && YamlVariables.isCollection(property.getValue().toString())) {
            return;
        }
        String reason = WITHOUT_EFFECT.get(name);
        sentences.put(
                name,
                reason != null
                        ? "The setting " + name + " has no effect here: " + reason + "."
                        : "There is no setting " + name + " (" + property.getOrigin() + ").");
    }
}
