package io.berth.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Variables that hold a YAML map or list, which distribution reads and Spring does not: {@code
 * REGISTRY_STORAGE_MAINTENANCE_READONLY={enabled: true}} is taken as {@code
 * REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED=true}, and {@code [image, plugin]} as two variables
 * that end in {@code _0} and {@code _1}. Such a variable wins over those it is taken as.
 */
public final class YamlVariables implements EnvironmentPostProcessor, Ordered {

    private static final String PREFIX = "REGISTRY_";

    /** The ending tells Spring that names are spelled as those of variables. */
    private static final String SOURCE = "yaml-systemEnvironment";

    /** Before {@link OtherNames}. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE - 1;
    }

    @Override
    public void postProcessEnvironment(
            ConfigurableEnvironment environment, SpringApplication application) {
        Map<String, Object> expanded = new TreeMap<>();
        environment
                .getSystemEnvironment()
                .forEach(
                        (name, value) -> {
                            if (name.startsWith(PREFIX) && isCollection(value.toString())) {
                                expand(name, parse(name, value.toString()), expanded);
                            }
                        });
        environment
                .getPropertySources()
                .addBefore(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource(SOURCE, expanded));
    }

    /** Whether a value is a map or a list in YAML's flow style, or tries to be one. */
    static boolean isCollection(String value) {
        String text = value.strip();
        return text.startsWith("{") || text.startsWith("[");
    }

    private static @Nullable Object parse(String variable, String value) {
        try {
            return new Yaml(new SafeConstructor(new LoaderOptions())).load(value);
        } catch (YAMLException e) {
            // Not as the cause, for it quotes the value, which may be a secret.
            throw new WrongSettingException(
                    "The variable " + variable + " begins like a YAML map or list, but is not one.",
                    null);
        }
    }

    private static void expand(String name, @Nullable Object value, Map<String, Object> variables) {
        switch (value) {
            case Map<?, ?> map ->
                    map.forEach(
                            (key, child) ->
                                    expand(
                                            name + "_" + key.toString().toUpperCase(Locale.ROOT),
                                            child,
                                            variables));
            case List<?> list -> {
                for (int i = 0; i < list.size(); i++) {
                    expand(name + "_" + i, list.get(i), variables);
                }
            }
            case null -> variables.put(name, "");
            default -> variables.put(name, value.toString());
        }
    }
}
