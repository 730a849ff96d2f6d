package io.berth.config.tree;

import org.jspecify.annotations.Nullable;

/**
 * The registry cannot start with what it was set to. The message is complete sentences for the
 * administrator: what is set, what is wrong with it, what to do. It never shows a secret.
 */
public final class WrongSettingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public WrongSettingException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
