package io.berth.settings;

/** A value that is not shown: neither in logs nor in error messages. */
public record Secret(String value) {

    public static Secret of(String value) {
        return new Secret(value);
    }

    @Override
    public String toString() {
        return "(not shown)";
    }
}
