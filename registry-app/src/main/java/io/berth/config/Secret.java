package io.berth.config;

import io.berth.config.tree.NotShown;
import org.jspecify.annotations.Nullable;

/**
 * A text that must not be seen by accident: whatever prints it, or a record that holds it, prints
 * that it is not shown. Any text is one, so that no failure has to say which text was wrong.
 *
 * @param value the text itself, for whoever needs it
 */
public record Secret(String value) implements NotShown {

    public static Secret of(String text) {
        return new Secret(text);
    }

    /** A variable that is there but empty sets nothing. */
    static @Nullable Secret presentOrNull(@Nullable Secret secret) {
        return secret == null || secret.value().isBlank() ? null : secret;
    }

    @Override
    public String toString() {
        return "(not shown)";
    }
}
