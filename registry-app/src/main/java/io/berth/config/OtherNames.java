package io.berth.config;

import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.boot.origin.OriginTrackedValue;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Other ways to say the same, which distribution has. The group {@code storage.s3aws} is {@code
 * storage.s3}; what is set under both names counts as it stands under {@code storage.s3}. And
 * {@code storage} itself may name the store to use.
 */
public final class OtherNames implements EnvironmentPostProcessor, Ordered {

    private static final String SOURCE = "other-names";
    private static final String STORAGE = "storage";
    private static final String OTHER = "storage.s3aws";
    private static final String NAME = "storage.s3";
    private static final String FOLDER = "storage.filesystem.rootdirectory";
    private static final String BUCKET = NAME + ".bucket";

    /** After {@link YamlVariables}, which may hold such settings. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    @Override
    public void postProcessEnvironment(
            ConfigurableEnvironment environment, SpringApplication application) {
        Map<String, Object> settings = new TreeMap<>();
        for (var source : ConfigurationPropertySources.get(environment)) {
            if (source instanceof IterableConfigurationPropertySource iterable) {
                iterable.stream()
                        .filter(SettingNames.PREFIX::isAncestorOf)
                        .filter(name -> SettingNames.of(name).startsWith(OTHER + "."))
                        .map(iterable::getConfigurationProperty)
                        .forEach(property -> add(property, settings));
            }
        }
        String store = environment.getProperty(SettingNames.PREFIX + "." + STORAGE);
        if (store != null && !YamlVariables.isCollection(store)) {
            requireStore(store, settings);
        }
        if (!settings.isEmpty()) {
            environment
                    .getPropertySources()
                    .addLast(new OriginTrackedMapPropertySource(SOURCE, settings));
        }
    }

    /** A store that is named must not become another one because nothing else is set of it. */
    private static void requireStore(String store, Map<String, Object> settings) {
        switch (store) {
            case "filesystem" -> settings.put(SettingNames.PREFIX + "." + FOLDER, "data");
            case "s3", "s3aws" -> settings.putIfAbsent(SettingNames.PREFIX + "." + BUCKET, "");
            default ->
                    throw new WrongSettingException(
                            "The setting storage is \""
                                    + store
                                    + "\", but must be filesystem or s3.",
                            null);
        }
    }

    private static void add(ConfigurationProperty property, Map<String, Object> settings) {
        settings.putIfAbsent(
                SettingNames.PREFIX + "." + documented(SettingNames.of(property.getName())),
                OriginTrackedValue.of(property.getValue(), property.getOrigin()));
    }

    /** The name a setting has in the documentation, whatever it is called by. */
    static String documented(String name) {
        return name.equals(OTHER) || name.startsWith(OTHER + ".")
                ? NAME + name.substring(OTHER.length())
                : name;
    }

    /** Whether a setting names the store to use. */
    static boolean isStore(String name) {
        return name.equals(STORAGE);
    }
}
