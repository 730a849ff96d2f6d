package io.berth.config.tree;

import org.jspecify.annotations.Nullable;

/**
 * The registry cannot start with its settings. The message consists of sentences for the
 * administrator: what is set, what is wrong with it, what to do. It never shows a secret.
 */
public final class WrongSettingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param message complete sentences
     */
    public WrongSettingException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
