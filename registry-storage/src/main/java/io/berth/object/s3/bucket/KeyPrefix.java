package io.berth.object.s3.bucket;

import io.berth.object.ObjectKey;
import org.jspecify.annotations.Nullable;

/**
 * The prefix of all keys of the store in the bucket. Other registries with the same root directory
 * use the same keys.
 *
 * @param value empty, or ending in a slash
 */
record KeyPrefix(String value) {

    /**
     * @param rootDirectory as configured; slashes at its ends do not matter
     */
    static KeyPrefix of(String rootDirectory) {
        String folder = withoutTrailingSlashes(rootDirectory) + "/";
        int start = 0;
        while (start < folder.length() && folder.charAt(start) == '/') {
            start++;
        }
        return new KeyPrefix(folder.substring(start));
    }

    private static String withoutTrailingSlashes(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '/') {
            end--;
        }
        return text.substring(0, end);
    }

    String add(ObjectKey key) {
        return value + key.value();
    }

    /** The key in the store; {@code null} when this is no key of the store. */
    @Nullable String strip(String key) {
        if (!key.startsWith(value)) {
            return null;
        }
        String stripped = key.substring(value.length());
        return ObjectKey.isKey(stripped) ? stripped : null;
    }
}
