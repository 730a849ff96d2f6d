package io.berth.name;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Patterns for names of repositories, tags and media types. A name matches when one pattern matches
 * all of it, and none of those that begin with {@code !}. If all begin with {@code !}, every other
 * name matches. {@code *} stands for any characters but {@code /}, {@code **} for any characters,
 * {@code ?} for one character but {@code /}. Immutable.
 */
public final class NamePatterns {

    private static final int MAX_LENGTH = 256;

    /** The characters of names and media types, and the wildcards. */
    private static final Pattern FORM = Pattern.compile("!?[a-zA-Z0-9._/+*?-]+");

    private final List<String> texts;
    private final List<Pattern> included = new ArrayList<>();
    private final List<Pattern> excluded = new ArrayList<>();

    /**
     * @throws IllegalArgumentException when there is no pattern, or when one is malformed
     */
    public NamePatterns(List<String> patterns) {
        this.texts = List.copyOf(patterns);
        if (texts.isEmpty()) {
            throw new IllegalArgumentException("there is no pattern; write \"**\" for every name");
        }
        for (String text : texts) {
            if (text.length() > MAX_LENGTH || !FORM.matcher(text).matches()) {
                throw new IllegalArgumentException(
                        "\"" + text + "\" is not a pattern such as library/*, v* or !latest");
            }
            boolean excludes = text.startsWith("!");
            (excludes ? excluded : included).add(compiled(excludes ? text.substring(1) : text));
        }
    }

    public static NamePatterns of(String... patterns) {
        return new NamePatterns(List.of(patterns));
    }

    private static Pattern compiled(String text) {
        return Pattern.compile(
                text.replaceAll("[.+]", "\\\\$0")
                        .replaceAll("\\*{2,}", "\u0000")
                        .replace("*", "[^/]*")
                        .replace("?", "[^/]")
                        .replace("\u0000", ".*"));
    }

    public boolean matches(String name) {
        return (included.isEmpty() || isFound(included, name)) && !isFound(excluded, name);
    }

    private static boolean isFound(List<Pattern> patterns, String name) {
        for (Pattern pattern : patterns) {
            if (pattern.matcher(name).matches()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NamePatterns patterns && patterns.texts.equals(texts);
    }

    @Override
    public int hashCode() {
        return texts.hashCode();
    }

    @Override
    public String toString() {
        return String.join(", ", texts);
    }
}
