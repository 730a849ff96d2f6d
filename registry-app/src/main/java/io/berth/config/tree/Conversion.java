package io.berth.config.tree;

import io.berth.setting.ValueSanitizer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Converts texts to values. Besides standard types, these are of classes with a static method
 * {@code of(String)}, which throws an {@code IllegalArgumentException} with the message {@code
 * "<text>" is not …} for an invalid text.
 */
public final class Conversion {

    /** The text is not valid; the message completes "must be". */
    public static final class Failure extends Exception {

        private static final long serialVersionUID = 1L;

        Failure(String expected) {
            super(expected);
        }
    }

    private Conversion() {}

    /** Whether values of a type are made by its method {@code of}. */
    public static boolean isValue(Class<?> type) {
        return factory(type) != null;
    }

    private static @Nullable Method factory(Class<?> type) {
        try {
            return type.getMethod("of", String.class);
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    /**
     * The value of a text.
     *
     * @throws Failure when the text is not valid
     */
    public static Object convert(String text, Class<?> type) throws Failure {
        if (type == String.class) {
            return text;
        }
        if (type == boolean.class || type == Boolean.class) {
            return toBoolean(text);
        }
        if (type == int.class || type == Integer.class) {
            return toInt(text);
        }
        if (type.isEnum()) {
            return toConstant(text, type);
        }
        if (type == URI.class) {
            return toUri(text);
        }
        if (type == Path.class) {
            return toPath(text);
        }
        if (type == Instant.class) {
            return toInstant(text);
        }
        return toOwn(text, type);
    }

    private static boolean toBoolean(String text) throws Failure {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "1" -> true;
            case "false", "no", "off", "0" -> false;
            default -> throw new Failure("true or false");
        };
    }

    private static int toInt(String text) throws Failure {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new Failure("a whole number");
        }
    }

    /** Compares only letters and digits, ignoring case; or with the text of the constant. */
    private static Object toConstant(String text, Class<?> type) throws Failure {
        Object[] constants = Objects.requireNonNull(type.getEnumConstants());
        return Arrays.stream(constants)
                .filter(
                        constant ->
                                letters(((Enum<?>) constant).name()).equals(letters(text))
                                        || constant.toString().equals(text))
                .findFirst()
                .orElseThrow(() -> new Failure(oneOf(constants)));
    }

    private static String letters(String text) {
        return text.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }

    private static String oneOf(Object[] constants) {
        return Arrays.stream(constants)
                .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", ", "one of ", ""));
    }

    private static URI toUri(String text) throws Failure {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new Failure("an address such as https://registry.example.com");
        }
    }

    private static Path toPath(String text) throws Failure {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new Failure("the path of a file or folder");
        }
    }

    private static Instant toInstant(String text) throws Failure {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw new Failure("a moment such as 2026-12-31T18:00:00Z");
        }
    }

    private static Object toOwn(String text, Class<?> type) throws Failure {
        Method factory = factory(type);
        if (factory == null) {
            throw new IllegalStateException("no setting can be a " + type.getName());
        }
        try {
            return Objects.requireNonNull(factory.invoke(null, text));
        } catch (InvocationTargetException e) {
            String message = String.valueOf(Objects.requireNonNull(e.getCause()).getMessage());
            String refusal = "\"" + text + "\" is not ";
            throw new Failure(
                    message.startsWith(refusal)
                            ? message.substring(refusal.length())
                            : "right: " + message.replace(text, ValueSanitizer.sanitize(text)));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
