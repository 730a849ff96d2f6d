package io.berth.error;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A failure that the protocol has a name for. Carries one error or several (every missing blob of a
 * manifest is its own entry); the first one decides how the whole answer is classified.
 */
public class RegistryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<RegistryError> errors;

    public RegistryException(List<RegistryError> errors, @Nullable Throwable cause) {
        super(errors.getFirst().message(), cause, true, isDefect(errors.getFirst().code(), cause));
        this.errors = List.copyOf(errors);
    }

    /** Where something broke somebody will want the stack; "not found" is an everyday answer. */
    private static boolean isDefect(ErrorCode code, @Nullable Throwable cause) {
        return cause != null || code == ErrorCode.UNKNOWN || code == ErrorCode.UNAVAILABLE;
    }

    public RegistryException(ErrorCode code) {
        this(List.of(RegistryError.of(code)), null);
    }

    public RegistryException(ErrorCode code, String message) {
        this(List.of(new RegistryError(code, message, null)), null);
    }

    public RegistryException(ErrorCode code, String message, @Nullable Object detail) {
        this(List.of(new RegistryError(code, message, detail)), null);
    }

    /** Never empty. */
    public List<RegistryError> errors() {
        return errors;
    }

    /** The code of the first error. */
    public ErrorCode code() {
        return errors.getFirst().code();
    }
}
