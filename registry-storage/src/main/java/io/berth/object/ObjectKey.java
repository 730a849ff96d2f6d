package io.berth.object;

/**
 * The name of an object: components of letters, digits and {@code . _ - = +}, joined by {@code /};
 * none of them empty, {@code .}, {@code ..} or longer than 255 characters. At most {@value
 * #MAX_LENGTH} characters in all. Ordered by bytes.
 */
public record ObjectKey(String value) implements Comparable<ObjectKey> {

    public static final int MAX_LENGTH = 1024;

    /**
     * @throws IllegalArgumentException when the text is no key, such as one that would leave the
     *     root of a store: a defect of the caller, because keys are built from checked values only
     */
    public ObjectKey {
        if (!isValid(value)) {
            throw new IllegalArgumentException("not an object key: " + value);
        }
    }

    public static ObjectKey of(String value) {
        return new ObjectKey(value);
    }

    /** Whether a text is a key. A store skips other names that it finds. */
    public static boolean isKey(String text) {
        return isValid(text);
    }

    /** Whether a name can be a component of a key. A store skips other names that it finds. */
    public static boolean isComponent(String name) {
        return name.indexOf('/') < 0 && isValid(name);
    }

    private static boolean isValid(String value) {
        if (value.isEmpty() || value.length() > MAX_LENGTH) {
            return false;
        }
        int start = 0;
        for (int i = 0; i <= value.length(); i++) {
            if (i == value.length() || value.charAt(i) == '/') {
                if (isForbidden(value, start, i)) {
                    return false;
                }
                start = i + 1;
            } else if (!isAllowed(value.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isForbidden(String value, int start, int end) {
        int length = end - start;
        return length == 0
                || length > 255
                || (value.charAt(start) == '.'
                        && (length == 1 || (length == 2 && value.charAt(start + 1) == '.')));
    }

    private static boolean isAllowed(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-'
                || c == '='
                || c == '+';
    }

    @Override
    public int compareTo(ObjectKey other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
