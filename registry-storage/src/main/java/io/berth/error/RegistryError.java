package io.berth.error;

import org.jspecify.annotations.Nullable;

/**
 * One entry of an error answer.
 *
 * @param message shown to people by clients; never holds a stack trace or a path of the server
 * @param detail a string, a map or a list that JSON can carry; {@code null} when there is none
 */
public record RegistryError(ErrorCode code, String message, @Nullable Object detail) {

    public static RegistryError of(ErrorCode code) {
        return new RegistryError(code, code.message(), null);
    }

    public static RegistryError of(ErrorCode code, Object detail) {
        return new RegistryError(code, code.message(), detail);
    }
}
