package io.berth.setting;

/** Checks values of settings in the constructors of their records. */
public final class SettingChecks {

    private SettingChecks() {}

    /**
     * Checks one value.
     *
     * @param name of the setting
     * @param expected completes "must be"
     * @throws IllegalArgumentException unless {@code right}; its message is shown to the
     *     administrator
     */
    public static void require(boolean right, String name, Object value, String expected) {
        if (!right) {
            throw new IllegalArgumentException(
                    name + " is " + ValueSanitizer.sanitize(value) + ", but must be " + expected);
        }
    }

    /**
     * Checks a combination of values, or a value that must not be shown.
     *
     * @throws IllegalArgumentException with the sentence when {@code wrong}
     */
    public static void refuseIf(boolean wrong, String sentence) {
        if (wrong) {
            throw new IllegalArgumentException(sentence);
        }
    }
}
