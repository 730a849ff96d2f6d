package io.berth.name;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;

/**
 * The name of a repository (distribution-spec, "Pulling manifests"): lower-case components joined
 * by {@code /}, each made of letters and digits with single {@code .}, {@code _}, {@code __} or any
 * run of {@code -} between them, at most {@value #MAX_LENGTH} characters in all.
 *
 * <p>Ordered by code point, which for this alphabet is the order of the bytes.
 */
public record RepositoryName(String value) implements Comparable<RepositoryName> {

    public static final int MAX_LENGTH = 255;

    /**
     * @throws RegistryException NAME_INVALID
     */
    public RepositoryName {
        if (!isValid(value)) {
            throw new RegistryException(
                    ErrorCode.NAME_INVALID,
                    ErrorCode.NAME_INVALID.message(),
                    InputSanitizer.sanitize(value));
        }
    }

    /**
     * @throws RegistryException NAME_INVALID
     */
    public static RepositoryName of(String value) {
        return new RepositoryName(value);
    }

    /** Without a regular expression, whose matching would recurse on a long name. */
    public static boolean isValid(String value) {
        int length = value.length();
        if (length == 0 || length > MAX_LENGTH) {
            return false;
        }
        int i = 0;
        while (true) {
            int start = i;
            while (i < length && isAlphanumeric(value.charAt(i))) {
                i++;
            }
            if (i == start) {
                return false; // a component or the part after a separator is empty
            }
            if (i == length) {
                return true;
            }
            int separator = separatorLength(value, i);
            if (separator == 0) {
                return false;
            }
            i += separator;
        }
    }

    private static int separatorLength(String value, int at) {
        char c = value.charAt(at);
        return switch (c) {
            case '/', '.' -> 1;
            case '_' -> at + 1 < value.length() && value.charAt(at + 1) == '_' ? 2 : 1;
            case '-' -> {
                int end = at;
                while (end < value.length() && value.charAt(end) == '-') {
                    end++;
                }
                yield end - at;
            }
            default -> 0;
        };
    }

    private static boolean isAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }

    @Override
    public int compareTo(RepositoryName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
