package io.berth.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;

/**
 * Turns a value that a setting cannot have into a sentence that names the setting, the value, where
 * it comes from and what it could be.
 */
final class UnboundSettingAnalyzer extends AbstractFailureAnalyzer<BindException>
        implements Ordered {

    static final String ADVICE = "Correct it; docs/configuration.md says what each setting can be.";

    /** Before Spring Boot's own, which shows every value. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
        if (!SettingNames.PREFIX.isAncestorOf(cause.getName())) {
            return null;
        }
        return new FailureAnalysis(describe(cause), ADVICE, rootFailure);
    }

    private static String describe(BindException failure) {
        String reason = rootMessage(failure);
        ConfigurationProperty property = failure.getProperty();
        if (property == null) {
            return reason + ".";
        }
        String name = SettingNames.of(property.getName());
        Class<?> type = valueType(failure.getTarget().getType());
        return "The setting %s is \"%s\" (%s), but must be %s."
                .formatted(
                        name,
                        type == Secret.class ? "(not shown)" : property.getValue(),
                        property.getOrigin(),
                        expected(type, reason));
    }

    private static Class<?> valueType(ResolvableType type) {
        ResolvableType collection = type.asCollection();
        ResolvableType value =
                collection.equals(ResolvableType.NONE) ? type : collection.getGeneric(0);
        return value.resolve(Object.class);
    }

    private static String expected(Class<?> type, String otherwise) {
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == int.class) {
            return "a whole number";
        }
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(", ", "one of ", ""));
        }
        return "right: " + otherwise;
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
