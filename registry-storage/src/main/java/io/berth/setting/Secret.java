package io.berth.setting;

import org.jspecify.annotations.Nullable;

/**
 * A text that must not be disclosed: {@link #toString}, also of records that contain it, does not
 * show it. Any text is valid, so that no error message has to show one.
 *
 * @param value the text itself
 */
public record Secret(String value) {

    public static Secret of(String text) {
        return new Secret(text);
    }

    /** {@code null} for a blank text, because an empty environment variable counts as not set. */
    public static @Nullable Secret presentOrNull(@Nullable Secret secret) {
        return secret == null || secret.value().isBlank() ? null : secret;
    }

    @Override
    public String toString() {
        return "(not shown)";
    }
}
