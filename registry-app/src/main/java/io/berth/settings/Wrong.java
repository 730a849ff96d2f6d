package io.berth.settings;

/** How records of this package refuse values: with the name, the value, and what would be right. */
final class Wrong {

    private Wrong() {}

    /**
     * @throws IllegalArgumentException unless {@code right}; its message is shown to the
     *     administrator
     */
    static void unless(boolean right, String name, Object value, String expected) {
        if (!right) {
            throw new IllegalArgumentException(name + " is " + value + ", but must be " + expected);
        }
    }
}
