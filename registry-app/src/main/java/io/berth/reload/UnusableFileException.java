package io.berth.reload;

/** A file does not count. The message says why, and continues a sentence after its path. */
public final class UnusableFileException extends Exception {

    private static final long serialVersionUID = 1L;

    /**
     * @param message such as {@code has no users}
     */
    public UnusableFileException(String message) {
        super(message);
    }

    UnusableFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
