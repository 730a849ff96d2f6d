package io.berth.auth.oidc;

import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The claims of a token. A claim has a name such as {@code repository}; a slash leads into an
 * object, as in {@code kubernetes.io/serviceaccount/name}, unless a claim has that whole name.
 * Immutable.
 */
record Claims(Map<String, Object> members) {

    /** A longer text is no identifier. In characters. */
    static final int MAX_TEXT = 1024;

    /** Elements of a list. */
    static final int MAX_VALUES = 200;

    /** Seconds since 1970: the year 5138. Beyond, times could not be added to others. */
    private static final long LAST_SECOND = 100_000_000_000L;

    /**
     * The text of a claim, or the texts of its elements where it is a list; a whole number and a
     * boolean count as their text. Empty where there is no such claim, and where it has an empty
     * text, an object, or too much in it.
     */
    List<String> values(String name) {
        Object value = find(members, name);
        if (value instanceof List<?> list) {
            return list.size() > MAX_VALUES || list.stream().anyMatch(one -> text(one) == null)
                    ? List.of()
                    : list.stream().map(one -> String.valueOf(text(one))).toList();
        }
        String text = text(value);
        return text == null ? List.of() : List.of(text);
    }

    /** As {@link #values}, but {@code null} for a list. */
    @Nullable String value(String name) {
        return text(find(members, name));
    }

    /** {@code null}: there is no such claim, or it is no time. */
    @Nullable Instant time(String name) {
        return members.get(name) instanceof Number seconds
                        && seconds.doubleValue() >= 0
                        && seconds.doubleValue() < LAST_SECOND
                ? Instant.ofEpochSecond(seconds.longValue())
                : null;
    }

    private static @Nullable Object find(Map<?, ?> object, String name) {
        if (object.containsKey(name)) {
            return object.get(name);
        }
        int slash = name.indexOf('/');
        return slash > 0 && object.get(name.substring(0, slash)) instanceof Map<?, ?> inner
                ? find(inner, name.substring(slash + 1))
                : null;
    }

    private static @Nullable String text(@Nullable Object value) {
        String text =
                switch (value) {
                    case String string -> string;
                    case Long number -> number.toString();
                    case Integer number -> number.toString();
                    case BigInteger number -> number.toString();
                    case Boolean truth -> truth.toString();
                    case null, default -> "";
                };
        return text.isEmpty() || text.length() > MAX_TEXT ? null : text;
    }
}
