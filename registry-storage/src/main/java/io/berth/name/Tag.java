package io.berth.name;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;

/**
 * A tag: 1 to {@value #MAX_LENGTH} letters, digits, {@code _}, {@code .}, {@code -}, the first one
 * neither a dot nor a dash. Case counts. Ordered by code point.
 */
public record Tag(String value) implements Reference, Comparable<Tag> {

    public static final int MAX_LENGTH = 128;

    /**
     * @throws RegistryException TAG_INVALID
     */
    public Tag {
        if (!isValid(value)) {
            throw new RegistryException(
                    ErrorCode.TAG_INVALID,
                    ErrorCode.TAG_INVALID.message(),
                    InputSanitizer.sanitize(value));
        }
    }

    /**
     * @throws RegistryException TAG_INVALID
     */
    public static Tag of(String value) {
        return new Tag(value);
    }

    public static boolean isValid(String value) {
        int length = value.length();
        if (length == 0 || length > MAX_LENGTH) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            boolean word =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || c == '_';
            if (!word && (i == 0 || (c != '.' && c != '-'))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int compareTo(Tag other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
