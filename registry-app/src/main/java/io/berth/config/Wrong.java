package io.berth.config;

import io.berth.config.tree.Shown;

/** How records of this package refuse values: with the name, the value, and what would be right. */
final class Wrong {

    private Wrong() {}

    /**
     * @throws IllegalArgumentException unless {@code right}; its message is shown to the
     *     administrator
     */
    static void unless(boolean right, String name, Object value, String expected) {
        if (!right) {
            throw new IllegalArgumentException(
                    name + " is " + Shown.value(value) + ", but must be " + expected);
        }
    }

    /**
     * For what no single value is to blame for, or whose value must not be shown.
     *
     * @throws IllegalArgumentException with the sentence when {@code wrong}
     */
    static void when(boolean wrong, String sentence) {
        if (wrong) {
            throw new IllegalArgumentException(sentence);
        }
    }
}
