package io.berth.document;

import java.util.regex.Pattern;

/**
 * The name of a document: one or two components of 1 to 128 lower-case letters, digits and {@code .
 * _ -}, joined by a slash. Each begins with a letter or a digit. The first of two is the folder.
 * Immutable.
 */
public record DocumentName(String value) {

    private static final Pattern COMPONENT = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");

    /**
     * @throws IllegalArgumentException when the text is no name
     */
    public DocumentName {
        String[] components = value.split("/", -1);
        if (components.length > 2) {
            throw new IllegalArgumentException("a document is in one folder at most: " + value);
        }
        for (String component : components) {
            if (!isComponent(component)) {
                throw new IllegalArgumentException("not the name of a document: " + value);
            }
        }
    }

    public static DocumentName of(String value) {
        return new DocumentName(value);
    }

    /** The name of a document in a folder. */
    public static DocumentName in(String folder, String name) {
        return new DocumentName(folder + "/" + name);
    }

    /** Whether a text can be the name of a folder, or of a document in one. */
    public static boolean isComponent(String text) {
        return COMPONENT.matcher(text).matches();
    }

    @Override
    public String toString() {
        return value;
    }
}
