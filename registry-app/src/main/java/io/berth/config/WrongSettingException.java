package io.berth.config;

import org.jspecify.annotations.Nullable;

/** The registry cannot start with what it was set to; the message says why. */
public final class WrongSettingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public WrongSettingException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
