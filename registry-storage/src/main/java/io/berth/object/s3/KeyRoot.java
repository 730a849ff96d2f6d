package io.berth.object.s3;

import io.berth.object.ObjectKey;
import org.jspecify.annotations.Nullable;

/**
 * Where in the bucket the keys of the store are. Other registries that are given the same root
 * directory use the same keys.
 *
 * @param prefix of all keys: empty, or ending in a slash
 */
record KeyRoot(String prefix) {

    static KeyRoot of(String rootDirectory) {
        String folder = withoutSlashesBehind(rootDirectory) + "/";
        int start = 0;
        while (start < folder.length() && folder.charAt(start) == '/') {
            start++;
        }
        return new KeyRoot(folder.substring(start));
    }

    private static String withoutSlashesBehind(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '/') {
            end--;
        }
        return text.substring(0, end);
    }

    String add(ObjectKey key) {
        return prefix + key.value();
    }

    /** The key as the store knows it; {@code null} when it could not be one of its own. */
    @Nullable String strip(String key) {
        if (!key.startsWith(prefix)) {
            return null;
        }
        String stripped = key.substring(prefix.length());
        return ObjectKey.isKey(stripped) ? stripped : null;
    }
}
